import type { TokenSource, ToolHandler } from '../call-options.ts';
import { type CallProblem, callProblem } from '../call-problem.ts';
import type { CallSnapshot } from '../call-snapshot.ts';
import { onPageReturn } from '../page-return.ts';
import type { CallConfig } from '../to-wire.ts';
import type { SayOptions, Utterance } from '../utterances.ts';
import { VisavisCall } from '../visavis-call.ts';
import { adoptProperties } from './adopt-properties.ts';
import {
  type AvatarAttributes,
  attributeNames,
  type CallExtras,
  callOptionsOf,
  readAttributes,
} from './avatar-attributes.ts';
import { avatarEvent } from './avatar-events.ts';
import { AvatarProperties } from './avatar-properties.ts';
import { AvatarShadow } from './avatar-shadow.ts';
import { viewOf } from './avatar-view.ts';
import { type AvatarWords, wordsFor } from './avatar-words.ts';
import { CardKeeper } from './card-keeper.ts';
import { changesOfCall } from './changes-of-call.ts';
import { fetchToken, firstLicense } from './fetch-token.ts';
import { configOfAttribute, tellLostValues } from './given-config.ts';
import { standingProblem } from './standing-problem.ts';

export type AvatarDefaults = {
  /** The server of elements without the attribute `server`; left out: the page's own host. */
  readonly server?: string;
  /** Address of `recorder-worklet.js`. */
  readonly workletUrl?: string;
};

let defaults: AvatarDefaults = {};

/** `<visavis-avatar>`: an avatar to talk with, with everything around it. See the readme for attributes and events. */
export class VisavisAvatarElement extends AvatarProperties {
  static readonly observedAttributes: readonly string[] = attributeNames;

  #config: CallConfig | null = null;
  #onToolCall: ToolHandler | undefined;
  #getToken: TokenSource | undefined;
  #shadow: AvatarShadow | null = null;
  #call: VisavisCall | null = null;
  #seen: CallSnapshot | null = null;
  #fault: CallProblem | null = null;
  /** Grows with every start and stop, so that a token that comes too late starts no call. */
  #attempt = 0;
  #preparing = false;
  readonly #cards = new CardKeeper(() => this.#show());
  #warnedOf = '';
  #stopWatching: (() => void) | null = null;
  readonly #hangUp = () => this.stop();

  /** For another copy of this script on the page, whose class is not the one that is known: what it says counts where nobody else did. */
  static fillDefaults(settings: AvatarDefaults): void {
    defaults = { ...settings, ...defaults };
  }

  constructor() {
    super();
    adoptProperties(this);
  }

  /**
   * Instructions, tools and first message for the next call; the attributes `language` and `voice` win. Until it is set, the attribute
   * `config` gives it as JSON.
   */
  get config(): CallConfig {
    return this.#config ?? configOfAttribute(this.getAttribute('config')) ?? {};
  }

  set config(config: CallConfig | null | undefined) {
    this.#config = config ?? null;
  }

  /** Carries out the calls of tools, in the next call. */
  get onToolCall(): ToolHandler | undefined {
    return this.#onToolCall;
  }

  set onToolCall(handler: ToolHandler | null | undefined) {
    this.#onToolCall = handler ?? undefined;
  }

  /**
   * Gives a browser token for a call; asked when the element has none, and again whenever the one at hand has expired. The attribute
   * `token-url` goes before it.
   */
  get getToken(): TokenSource | undefined {
    return this.#getToken;
  }

  set getToken(source: TokenSource | null | undefined) {
    this.#getToken = source ?? undefined;
    this.#show();
  }

  /** The call of the last start, for everything that the element itself does not offer; null before the first. */
  get call(): VisavisCall | null {
    return this.#call;
  }

  connectedCallback(): void {
    this.#shadow ??= this.#makeShadow();
    globalThis.addEventListener('pagehide', this.#hangUp);
    this.#stopWatching ??= onPageReturn(() => void this.#cards.askAgain());
    const lost = tellLostValues(this);
    if (lost !== null) this.#tellPage(lost);
    this.#show();
  }

  disconnectedCallback(): void {
    globalThis.removeEventListener('pagehide', this.#hangUp);
    this.#stopWatching?.();
    this.#stopWatching = null;
    // An element that is only moved comes back at once and keeps its call.
    queueMicrotask(() => {
      if (!this.isConnected) this.stop();
    });
  }

  attributeChangedCallback(): void {
    // What was wrong with the page may be mended.
    this.#fault = null;
    this.#show();
  }

  /**
   * Starts a call; call it from a click, because browsers tie sound and microphone to a gesture.
   * @throws where the element is not in a page, since nobody would see the avatar.
   */
  async start(): Promise<void> {
    if (this.#shadow === null || !this.isConnected) {
      throw new Error('This <visavis-avatar> is not in the page. Append it, then call start().');
    }
    if (this.#isBusy()) return;
    this.#attempt += 1;
    const attempt = this.#attempt;
    if (this.#cards.answer === 'unknown') {
      this.#prepare();
      await this.#cards.askAgain();
      if (attempt !== this.#attempt) return;
    }
    const attributes = this.#attributes();
    const standing = this.#standingProblem(attributes);
    if (standing !== null) return this.#fail(standing);
    this.#prepare();
    try {
      const getToken = this.#tokenSourceOf(attributes);
      const license = await firstLicense(attributes, getToken);
      if (attempt === this.#attempt) this.#connect(attributes, { license, getToken }, this.#shadow);
    } catch (error) {
      if (attempt === this.#attempt) this.#fail(tokenProblem(error));
    }
  }

  #prepare(): void {
    this.#fault = null;
    this.#preparing = true;
    this.#show();
  }

  /** Hangs up. Idempotent. */
  stop(): void {
    this.#attempt += 1;
    this.#preparing = false;
    this.#call?.hangUp();
    this.#show();
  }

  /** Makes the avatar speak exactly this text, and tells what becomes of it. Null while no call is ready. */
  say(text: string, options: SayOptions = {}): Utterance | null {
    return this.#call?.say(text, options) ?? null;
  }

  /** Sends words as the user's turn. False while no call is ready. */
  sendText(text: string): boolean {
    return this.#call?.sendText(text) ?? false;
  }

  #isBusy(): boolean {
    const state = this.#call?.snapshot.state ?? 'ended';
    return this.#preparing || (state !== 'ended' && state !== 'idle');
  }

  #tokenSourceOf({ tokenUrl }: AvatarAttributes): TokenSource | undefined {
    return tokenUrl === '' ? this.#getToken : () => fetchToken(tokenUrl);
  }

  #connect(
    attributes: AvatarAttributes,
    { license, getToken }: Pick<CallExtras, 'license' | 'getToken'>,
    shadow: AvatarShadow,
  ): void {
    const call = new VisavisCall(
      callOptionsOf(attributes, {
        license,
        getToken,
        defaultServer: defaults.server,
        config: this.config,
        workletUrl: defaults.workletUrl,
        onToolCall: this.onToolCall,
      }),
    );
    this.#call = call;
    this.#seen = call.snapshot;
    this.#preparing = false;
    call.on('change', (snapshot) => this.#follow(call, snapshot));
    call.on('caption', (change) => {
      if (call === this.#call) this.dispatchEvent(avatarEvent('visavis-caption', change));
    });
    call.attach(shadow.video);
    call.connect();
  }

  #follow(call: VisavisCall, snapshot: CallSnapshot): void {
    if (call !== this.#call) return;
    const before = this.#seen ?? snapshot;
    this.#seen = snapshot;
    this.#show();
    for (const { name, detail } of changesOfCall(before, snapshot)) this.dispatchEvent(avatarEvent(name, detail));
  }

  #fail(problem: CallProblem): void {
    this.#preparing = false;
    this.#fault = problem;
    this.#show();
    this.dispatchEvent(avatarEvent('visavis-error', problem));
  }

  #standingProblem(attributes: AvatarAttributes): CallProblem | null {
    const hasTokenSource = this.#tokenSourceOf(attributes) !== undefined;
    return standingProblem(attributes, { hasTokenSource, card: this.#cards.answer }, this.#words());
  }

  /** Whoever wrote the page reads it there; once for each problem. */
  #warn({ title, advice }: CallProblem): void {
    const warning = `${title} ${advice}`;
    if (warning !== this.#warnedOf) this.#tellPage(warning);
    this.#warnedOf = warning;
  }

  #tellPage(warning: string): void {
    globalThis.console.warn(`<visavis-avatar avatar="${this.avatar}">: ${warning}`);
  }

  #show(): void {
    if (this.#shadow === null) return;
    const attributes = this.#attributes();
    const snapshot = this.#call?.snapshot ?? null;
    const words = this.#words();
    this.#cards.follow(attributes, defaults.server);
    const standing = this.#standingProblem(attributes);
    if (standing?.code === 'avatar-unknown') this.#warn(standing);
    const state = { attributes, snapshot, preparing: this.#preparing, fault: this.#fault };
    this.#shadow.show(viewOf({ ...state, standing, card: this.#cards.answer }, words), words);
  }

  #attributes(): AvatarAttributes {
    return readAttributes((name) => this.getAttribute(name));
  }

  #words(): AvatarWords {
    return wordsFor(languageAround(this) || globalThis.navigator.language);
  }

  #makeShadow(): AvatarShadow {
    return new AvatarShadow(this.attachShadow({ mode: 'open', delegatesFocus: true }), {
      start: () => void this.start(),
      stop: () => this.stop(),
      unblockSound: () => void this.#call?.unblockSound(),
      dismiss: () => this.#call?.dismissNotice(),
      sendText: (text) => this.sendText(text),
      switchMicrophone: () => {
        const { state, muted } = this.#call?.snapshot.microphone ?? { state: 'off', muted: false };
        if (state === 'off') void this.#call?.startMicrophone();
        else this.#call?.setMuted(!muted);
      },
    });
  }
}

/** The `lang` that holds for an element, also where it stands in the shadow of others; empty when none does. */
function languageAround(element: Element): string {
  const around = element.closest('[lang]');
  if (around !== null) return around.getAttribute('lang') ?? '';
  const root = element.getRootNode();
  return root instanceof ShadowRoot ? languageAround(root.host) : '';
}

function tokenProblem(error: unknown): CallProblem {
  return callProblem('token-unavailable', { detail: error instanceof Error ? error.message : null });
}

/** Makes the page know `<visavis-avatar>`. May be called again: later defaults win for later calls. */
export function defineVisavisAvatar(settings: AvatarDefaults = {}): void {
  defaults = { ...defaults, ...settings };
  const registry = globalThis.customElements;
  const known = registry?.get('visavis-avatar') as Partial<typeof VisavisAvatarElement> | undefined;
  if (known === undefined) registry?.define('visavis-avatar', VisavisAvatarElement);
  else if (known !== VisavisAvatarElement) known.fillDefaults?.(settings);
}

declare global {
  interface HTMLElementTagNameMap {
    'visavis-avatar': VisavisAvatarElement;
  }
}
