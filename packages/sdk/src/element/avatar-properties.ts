/** On a server that renders pages there are no elements; the module can be loaded there all the same. */
const ElementBase = globalThis.HTMLElement ?? (class {} as typeof HTMLElement);

/** Null and undefined take the attribute away, as frameworks mean them. */
type Text = string | null | undefined;
type Switch = boolean | Text;

/**
 * The attributes of `<visavis-avatar>` as properties, which stand for them: programs and frameworks that set properties (Angular, Lit,
 * React 19) say the same as those that set attributes.
 */
export class AvatarProperties extends ElementBase {
  /** Address of the Visavis server. */
  get server(): string {
    return this.getAttribute('server') ?? '';
  }

  set server(value: Text) {
    setText(this, 'server', value);
  }

  /** Licence key, when there is no token. */
  get license(): string {
    return this.getAttribute('license') ?? '';
  }

  set license(value: Text) {
    setText(this, 'license', value);
  }

  /** Browser token. */
  get token(): string {
    return this.getAttribute('token') ?? '';
  }

  set token(value: Text) {
    setText(this, 'token', value);
  }

  /** Address of the site's own server that answers a POST with `{"token": "…"}`. */
  get tokenUrl(): string {
    return this.getAttribute('token-url') ?? '';
  }

  set tokenUrl(value: Text) {
    setText(this, 'token-url', value);
  }

  /** Name or id. */
  get avatar(): string {
    return this.getAttribute('avatar') ?? '';
  }

  set avatar(value: Text) {
    setText(this, 'avatar', value);
  }

  /** What people read instead of the name. */
  get label(): string {
    return this.getAttribute('label') ?? '';
  }

  set label(value: Text) {
    setText(this, 'label', value);
  }

  /** BCP 47 tag of the language to speak. */
  get language(): string {
    return this.getAttribute('language') ?? '';
  }

  set language(value: Text) {
    setText(this, 'language', value);
  }

  get voice(): string {
    return this.getAttribute('voice') ?? '';
  }

  set voice(value: Text) {
    setText(this, 'voice', value);
  }

  /** Address of the picture before the call. */
  get poster(): string {
    return this.getAttribute('poster') ?? '';
  }

  set poster(value: Text) {
    setText(this, 'poster', value);
  }

  get captions(): boolean {
    return isOn(this.getAttribute('captions'));
  }

  set captions(value: Switch) {
    setSwitch(this, 'captions', value);
  }

  get typing(): boolean {
    return isOn(this.getAttribute('typing'));
  }

  set typing(value: Switch) {
    setSwitch(this, 'typing', value);
  }

  /** Whether the microphone is opened with the call. */
  get microphone(): boolean {
    return isOn(this.getAttribute('microphone'));
  }

  set microphone(value: Switch) {
    setSwitch(this, 'microphone', value);
  }

  /** Takes all the room of its parent. */
  get fill(): boolean {
    return this.hasAttribute('fill');
  }

  set fill(value: Switch) {
    this.toggleAttribute('fill', value !== null && value !== undefined && isOn(String(value)));
  }
}

/** Words that switch off what is on by itself. */
export function isOn(text: string | null): boolean {
  return !['off', 'false'].includes(text?.trim().toLowerCase() ?? '');
}

function setText(element: HTMLElement, name: string, value: Text): void {
  if (value === null || value === undefined) element.removeAttribute(name);
  else element.setAttribute(name, String(value));
}

function setSwitch(element: HTMLElement, name: string, value: Switch): void {
  if (value === null || value === undefined || isOn(String(value))) element.removeAttribute(name);
  else element.setAttribute(name, 'off');
}
