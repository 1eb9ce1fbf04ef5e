import { adoptStyle } from '../adopt-style.ts';
import { faceProperties } from '../face-frame.ts';
import { avatarStyle } from './avatar-style.ts';
import type { AvatarView } from './avatar-view.ts';
import type { AvatarWords } from './avatar-words.ts';

/** What a person does to the element. */
export type AvatarActions = {
  start(): void;
  stop(): void;
  switchMicrophone(): void;
  unblockSound(): void;
  dismiss(): void;
  /** False when the words could not be sent: they then stay in the field. */
  sendText(text: string): boolean;
};

const icons = {
  microphone: 'M12 4a3 3 0 0 1 3 3v5a3 3 0 0 1-6 0V7a3 3 0 0 1 3-3Z M6 11.5a6 6 0 0 0 12 0 M12 17.5V21',
  muted: 'M15 9V7a3 3 0 0 0-6 0 M9 9v3a3 3 0 0 0 5 2.2 M6 11.5a6 6 0 0 0 10 4.5 M12 17.5V21 M4 4l16 16',
  hangUp:
    'M3.5 14.6c-.9-1.5-.7-3.2.6-4.2 4.6-3.5 11.2-3.5 15.8 0 1.3 1 1.5 2.7.6 4.2-.4.7-1.2 1-2 .8l-2.3-.6c-.7-.2-1.2-.8-1.2-1.5v-1.6a11 11 0 0 0-6 0v1.6c0 .7-.5 1.3-1.2 1.5l-2.3.6c-.8.2-1.6-.1-2-.8Z',
  send: 'M12 19V5 M6 11l6-6 6 6',
} as const;

/** Distance from the end, in pixels, within which the captions follow what is said. */
const followPx = 40;

/** The element's inside: made once, then changed to show a view. */
export class AvatarShadow {
  readonly video: HTMLVideoElement;
  readonly #frame = make('div', 'frame');
  readonly #stage = make('div', 'stage');
  /** The still beside a face that would not fit the stage otherwise. */
  readonly #backdrop = make('img', 'backdrop');
  readonly #status = make('p', 'status');
  readonly #start = make('button', 'start');
  readonly #unblock = make('button', 'unblock');
  readonly #foot = make('div', 'foot');
  readonly #microphone = make('button', 'round');
  readonly #hangUp = make('button', 'round');
  readonly #problem = make('div', 'problem');
  readonly #captions = make('div', 'captions');
  readonly #list = make('ol', 'caption-list');
  /** Each caption once, when it is complete: the list changes with every word. */
  readonly #said = make('p', 'said');
  readonly #form = make('form', 'composer');
  readonly #input = make('input', 'input');
  readonly #send = make('button', 'send');
  readonly #lines = new Map<string, HTMLElement>();
  readonly #actions: AvatarActions;
  #problemShown = '';

  constructor(root: ShadowRoot, actions: AvatarActions) {
    this.#actions = actions;
    this.video = make('video', 'video');
    this.video.playsInline = true;
    this.video.autoplay = true;
    adoptStyle(root, avatarStyle);
    this.#arrange();
    this.#listen();
    root.append(this.#frame);
  }

  #arrange(): void {
    for (const button of [this.#start, this.#unblock, this.#microphone, this.#hangUp]) button.type = 'button';
    this.#status.setAttribute('role', 'status');
    this.#problem.setAttribute('role', 'alert');
    this.#captions.setAttribute('role', 'log');
    this.#captions.setAttribute('aria-live', 'off');
    this.#said.setAttribute('aria-live', 'polite');
    this.#captions.tabIndex = 0;
    this.#captions.append(this.#list);
    this.#hangUp.dataset.kind = 'hang-up';
    this.#hangUp.append(icon(icons.hangUp), make('span', 'label'));
    this.#send.append(icon(icons.send));
    this.#input.maxLength = 2_000;
    this.#input.autocomplete = 'off';
    this.#foot.append(this.#microphone, this.#hangUp);
    this.#form.append(this.#input, this.#send);
    this.#stage.classList.add('face-frame');
    this.video.classList.add('face-picture');
    this.#backdrop.classList.add('face-backdrop');
    this.#backdrop.alt = '';
    this.#stage.append(this.#backdrop, this.video, this.#status, this.#unblock, this.#start, this.#foot);
    this.#frame.append(this.#stage, this.#problem, this.#captions, this.#said, this.#form);
  }

  #listen(): void {
    const actions = this.#actions;
    this.#start.addEventListener('click', () => actions.start());
    this.#unblock.addEventListener('click', () => actions.unblockSound());
    this.#microphone.addEventListener('click', () => actions.switchMicrophone());
    this.#hangUp.addEventListener('click', () => actions.stop());
    this.#form.addEventListener('submit', (event) => {
      event.preventDefault();
      if (actions.sendText(this.#input.value)) this.#input.value = '';
    });
  }

  show(view: AvatarView, words: AvatarWords): void {
    const hadFocus = this.#frame.matches(':focus-within');
    this.#frame.dataset.phase = view.phase;
    this.#frame.toggleAttribute('data-lost', view.isLost);
    setText(this.#status, view.status);
    setText(this.#start, view.startLabel);
    setText(this.#unblock, words.unblock);
    this.#start.hidden = view.phase !== 'idle' || !view.canStart;
    this.#foot.hidden = view.phase === 'idle';
    this.#unblock.hidden = !view.soundBlocked;
    this.#showVideo(view);
    this.#showMicrophone(view, words);
    setName(this.#hangUp, words.hangUp, words.short.hangUp);
    this.#showProblem(view, words);
    this.#showCaptions(view, words);
    this.#form.hidden = !view.canType;
    this.#input.placeholder = words.type;
    this.#input.setAttribute('aria-label', words.type);
    setName(this.#send, words.send);
    // A focused button that went away leaves the focus to the one that takes its place.
    if (hadFocus && !this.#frame.matches(':focus-within')) (view.phase === 'idle' ? this.#start : this.#hangUp).focus();
  }

  #showVideo({ videoLabel, poster, face }: AvatarView): void {
    this.video.setAttribute('aria-label', videoLabel);
    for (const [name, share] of Object.entries(faceProperties(face))) this.#stage.style.setProperty(name, share);
    if ((this.video.getAttribute('poster') ?? '') === poster) return;
    if (poster === '') {
      this.video.removeAttribute('poster');
      this.#backdrop.removeAttribute('src');
    } else {
      this.video.poster = poster;
      this.#backdrop.src = poster;
    }
  }

  #showMicrophone({ microphoneAction, microphoneOpen }: AvatarView, words: AvatarWords): void {
    const pressed = String(!microphoneOpen);
    if (this.#microphone.getAttribute('data-off') !== pressed) {
      this.#microphone.setAttribute('data-off', pressed);
      this.#microphone.replaceChildren(icon(microphoneOpen ? icons.microphone : icons.muted), make('span', 'label'));
    }
    setName(this.#microphone, words[microphoneAction], words.short[microphoneAction]);
  }

  #showProblem({ problem, canDismiss }: AvatarView, words: AvatarWords): void {
    const shown = problem === null ? '' : `${problem.title} ${problem.advice} ${canDismiss} ${words.dismiss}`;
    this.#problem.hidden = problem === null;
    if (shown === this.#problemShown) return;
    this.#problemShown = shown;
    this.#problem.replaceChildren();
    if (problem === null) return;
    const text = document.createElement('p');
    const title = document.createElement('strong');
    title.textContent = problem.title;
    text.append(title, problem.advice);
    this.#problem.append(text);
    if (!canDismiss) return;
    const dismiss = make('button', 'plain');
    dismiss.type = 'button';
    dismiss.textContent = words.dismiss;
    dismiss.addEventListener('click', () => this.#actions.dismiss());
    this.#problem.append(dismiss);
  }

  #showCaptions({ captions, showsCaptions, said }: AvatarView, words: AvatarWords): void {
    const log = this.#captions;
    setText(this.#said, showsCaptions ? said : '');
    log.hidden = !showsCaptions || captions.length === 0;
    log.setAttribute('aria-label', words.captions);
    const follows = log.scrollHeight - log.scrollTop - log.clientHeight < followPx;
    const known = new Set(captions.map(({ id }) => id));
    for (const [id, line] of this.#lines) {
      if (known.has(id)) continue;
      line.remove();
      this.#lines.delete(id);
    }
    for (const { id, speaker, speakerName, text } of captions) {
      let line = this.#lines.get(id);
      if (line === undefined) {
        line = document.createElement('li');
        line.dataset.speaker = speaker;
        line.append(document.createElement('b'), document.createElement('span'));
        this.#lines.set(id, line);
        this.#list.append(line);
      }
      setText(line.firstElementChild, speakerName);
      setText(line.lastElementChild, text);
    }
    if (follows) log.scrollTop = log.scrollHeight;
  }
}

/** The name is the class and, for the page's style sheets, the part. */
function make<Tag extends keyof HTMLElementTagNameMap>(tag: Tag, name: string): HTMLElementTagNameMap[Tag] {
  const element = document.createElement(tag);
  element.className = name;
  element.setAttribute('part', name);
  return element;
}

function icon(path: string): SVGElement {
  const namespace = 'http://www.w3.org/2000/svg';
  const svg = document.createElementNS(namespace, 'svg');
  svg.setAttribute('viewBox', '0 0 24 24');
  svg.setAttribute('aria-hidden', 'true');
  const line = document.createElementNS(namespace, 'path');
  line.setAttribute('d', path);
  svg.append(line);
  return svg;
}

function setText(element: Element | null, text: string): void {
  if (element !== null && element.textContent !== text) element.textContent = text;
}

function setName(button: HTMLButtonElement, name: string, label = ''): void {
  button.setAttribute('aria-label', name);
  button.title = name;
  setText(button.querySelector('.label'), label);
}
