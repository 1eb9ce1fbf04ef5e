import type { ClientWireMessage, UtteranceState } from '@visavis/protocol';
import { sayMessage } from './to-wire.ts';

/** A text to be said has begun to sound, or is over; `say` of this call or somebody else asked for it. */
export type UtteranceChange = {
  readonly utteranceId: string;
  /** Of the reply that it is said as: its caption has this in its id; '' where it never became one. */
  readonly replyId: string;
  readonly state: UtteranceState;
  /** How much of its sound was played, and which of its words: complete once it is over. */
  readonly playedMs: number;
  readonly heardText: string;
  /** Why it failed; empty otherwise. */
  readonly message: string;
};

export type SayOptions = {
  /** What it is called, up to 120 characters; made up when left out. */
  readonly utteranceId?: string;
  /** False: the user does not interrupt it by speaking or typing; only `interrupt({ force: true })` does. True when left out. */
  readonly interruptible?: boolean;
  /** `queue`, the default: behind what is being said. `replace`: in place of it. */
  readonly mode?: 'queue' | 'replace';
};

/** A text on its way to being said. Its promises never reject. */
export type Utterance = {
  readonly utteranceId: string;
  readonly text: string;
  /** True once its sound begins; false when it is over without. */
  readonly started: Promise<boolean>;
  /** Once it is over. A call that ends, or loses its connection, interrupts it. */
  readonly ended: Promise<UtteranceChange>;
};

type Open = { readonly begin: (hasStarted: boolean) => void; readonly end: (change: UtteranceChange) => void };

/** Of an utterance whose end nobody will tell. */
const unheard = { replyId: '', state: 'interrupted', playedMs: 0, heardText: '', message: '' } as const;

/** The texts that one call was asked to say and whose end is not known. */
export class Utterances {
  readonly #onChange: (change: UtteranceChange) => void;
  readonly #open = new Map<string, Open>();
  #count = 0;

  constructor(onChange: (change: UtteranceChange) => void) {
    this.#onChange = onChange;
  }

  /** Null when it cannot be sent, and while another one of its id is not over. */
  say(text: string, options: SayOptions, send: (message: ClientWireMessage) => boolean): Utterance | null {
    this.#count += 1;
    const { utteranceId = `say-${this.#count}` } = options;
    if (text.trim() === '' || this.#open.has(utteranceId)) return null;
    if (!send(sayMessage(text, utteranceId, options))) return null;
    const started = deferred<boolean>();
    const ended = deferred<UtteranceChange>();
    this.#open.set(utteranceId, { begin: started.resolve, end: ended.resolve });
    return { utteranceId, text, started: started.promise, ended: ended.promise };
  }

  note(change: UtteranceChange): void {
    const open = this.#open.get(change.utteranceId);
    const isOver = change.state !== 'queued' && change.state !== 'started';
    if (change.state !== 'queued') open?.begin(change.state === 'started' || change.playedMs > 0);
    if (isOver) {
      this.#open.delete(change.utteranceId);
      open?.end(change);
    }
    this.#onChange(change);
  }

  /** The session is over. */
  interruptAll(): void {
    for (const utteranceId of [...this.#open.keys()]) this.note({ ...unheard, utteranceId });
  }
}

function deferred<Value>(): { readonly promise: Promise<Value>; readonly resolve: (value: Value) => void } {
  let resolve: (value: Value) => void = () => {};
  const promise = new Promise<Value>((settle) => {
    resolve = settle;
  });
  return { promise, resolve };
}
