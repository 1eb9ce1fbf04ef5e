import type { ToolCall } from '../call-options.ts';
import type { CallSnapshot } from '../call-snapshot.ts';
import type { HistoryTurn } from '../to-wire.ts';
import { VisavisCall } from '../visavis-call.ts';
import type { WireRecord } from '../wire-record.ts';
import {
  componentAttributeNames,
  componentCallOptions,
  faultOf,
  type ReadAttribute,
  remembers,
} from './component-attributes.ts';
import { fetchPicture } from './component-card.ts';
import { ComponentShadow } from './component-shadow.ts';
import { componentView } from './component-view.ts';
import { componentWordsFor } from './component-words.ts';
import { readFunctionCalls } from './function-calls.ts';

export type ComponentDefaults = {
  /** Origin of the server of components that name no other. */
  readonly server: string;
  /** Address of `recorder-worklet.js`. */
  readonly workletUrl: string;
};

/** Turns of earlier calls that a new one is told of. */
const maxRemembered = 50;

/** What the avatar's picture depends on. */
const namesOfPicture = [
  'license',
  'character-name',
  'character-id',
  'getinfourlbycharactername',
  'getinfourlbycharacterid',
] as const;

const ElementBase = globalThis.HTMLElement ?? (class {} as typeof HTMLElement);

let defaults: ComponentDefaults | null = null;

/** `<my-navtalk-component>`: the web component of NavTalk's pages, by their attributes, event and method. */
export class MyNavtalkComponent extends ElementBase {
  static readonly observedAttributes: readonly string[] = componentAttributeNames;

  #shadow: ComponentShadow | null = null;
  #call: VisavisCall | null = null;
  #snapshot: CallSnapshot | null = null;
  #picture = '';
  #pictureOf: string | null = null;
  #asking: AbortController | null = null;
  #remembered: readonly HistoryTurn[] = [];
  #toolMessage: unknown = null;
  readonly #told = new Set<string>();
  readonly #hangUp = () => this.#call?.hangUp();

  /** The call of the last start, for all that the component itself does not offer; null before the first. */
  get call(): VisavisCall | null {
    return this.#call;
  }

  /** Starts a call, or ends the one that is under way. While one is just being built nothing happens. */
  clickPlayOrStopButton(): void {
    const state = this.#snapshot?.state ?? 'idle';
    if (state === 'connecting') return;
    if (state === 'connected' || state === 'reconnecting') this.#call?.hangUp();
    else this.#start();
  }

  connectedCallback(): void {
    this.#shadow ??= new ComponentShadow(this.attachShadow({ mode: 'open', delegatesFocus: true }), {
      play: () => this.clickPlayOrStopButton(),
      unblockSound: () => {
        if (this.#snapshot?.soundBlocked === true) void this.#call?.unblockSound();
      },
    });
    globalThis.addEventListener('pagehide', this.#hangUp);
    this.#show();
  }

  disconnectedCallback(): void {
    globalThis.removeEventListener('pagehide', this.#hangUp);
    // One that is only moved comes back at once and keeps its call.
    queueMicrotask(() => {
      if (!this.isConnected) this.#hangUp();
    });
  }

  attributeChangedCallback(name: string): void {
    if (name === 'function-calls' && !readFunctionCalls(this.#read(name)).isReadable)
      this.#tell('function-calls is no list of functions.');
    this.#show();
  }

  #start(): void {
    if (this.#shadow === null || !this.isConnected || defaults === null) return;
    // What the page lacks stands over the picture.
    if (faultOf(this.#read) !== null) return;
    const call = new VisavisCall(componentCallOptions(this.#read, { ...defaults, history: this.#remembered }));
    this.#call = call;
    call.on('change', (snapshot) => this.#follow(call, snapshot));
    call.on('wire', (record) => this.#noteWire(record));
    call.on('tool-call', (toolCall) => this.#tellToolCall(toolCall));
    call.attach(this.#shadow.video);
    call.connect();
  }

  #follow(call: VisavisCall, snapshot: CallSnapshot): void {
    if (call !== this.#call) return;
    const before = this.#snapshot;
    this.#snapshot = snapshot;
    if (snapshot.state === 'ended' && before?.state !== 'ended') this.#remember(snapshot);
    this.#show();
  }

  /** As NavTalk's clients do: what the user said, not what the avatar answered. */
  #remember({ captions }: CallSnapshot): void {
    if (!remembers(this.#read)) return;
    const said = captions.filter(({ speaker, text }) => speaker === 'user' && text.trim() !== '');
    const turns = said.map(({ text }): HistoryTurn => ({ role: 'user', text }));
    this.#remembered = [...this.#remembered, ...turns].slice(-maxRemembered);
  }

  #noteWire({ direction, type, message }: WireRecord): void {
    if (direction === 'received' && type.endsWith('response.function_call_arguments.done')) this.#toolMessage = message;
  }

  /** Pages read the protocol's own message: `detail.raw_data.name` and `detail.data.arguments`. Each call of a tool is told once. */
  #tellToolCall(_toolCall: ToolCall): void {
    const init = { detail: this.#toolMessage, bubbles: true, composed: true };
    this.dispatchEvent(new CustomEvent('sdkFuncationCall', init));
  }

  readonly #read: ReadAttribute = (name) => this.getAttribute(name)?.trim() ?? '';

  #show(): void {
    if (this.#shadow === null) return;
    const fault = faultOf(this.#read);
    const words = componentWordsFor(this.closest('[lang]')?.getAttribute('lang') || globalThis.navigator.language);
    const view = componentView(this.#read, { snapshot: this.#snapshot, fault, picture: this.#picture }, words);
    this.#shadow.show(view, words.live);
    if (fault !== null) this.#tell(words.faults[fault]);
    else void this.#askForPicture();
  }

  /** Whoever wrote the page reads it there. */
  #tell(sentence: string): void {
    if (this.#told.has(sentence)) return;
    this.#told.add(sentence);
    globalThis.console.error(`<my-navtalk-component>: ${sentence}`);
  }

  async #askForPicture(): Promise<void> {
    if (defaults === null || !this.isConnected) return;
    const wish = JSON.stringify(namesOfPicture.map((name) => this.#read(name)));
    if (wish === this.#pictureOf) return;
    this.#pictureOf = wish;
    this.#asking?.abort();
    const asking = new AbortController();
    this.#asking = asking;
    try {
      const picture = await fetchPicture(this.#read, defaults.server, asking.signal);
      if (asking.signal.aborted) return;
      this.#picture = picture;
      this.#show();
    } catch (error) {
      if (!asking.signal.aborted) this.#tell(`The avatar's picture could not be had: ${String(error)}`);
    }
  }
}

/** Makes the page know `<my-navtalk-component>`. May be called again; the first call counts. */
export function defineMyNavtalkComponent(settings: ComponentDefaults): void {
  const registry = globalThis.customElements;
  if (registry === undefined || registry.get('my-navtalk-component') !== undefined) return;
  defaults = settings;
  registry.define('my-navtalk-component', MyNavtalkComponent);
}

declare global {
  interface HTMLElementTagNameMap {
    'my-navtalk-component': MyNavtalkComponent;
  }
  interface HTMLElementEventMap {
    /** `detail` is the protocol's message of a tool call; the name is spelt as NavTalk's pages spell it. */
    sdkFuncationCall: CustomEvent;
  }
}
