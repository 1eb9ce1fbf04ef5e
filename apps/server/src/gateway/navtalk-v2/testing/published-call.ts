/** A message of the server, of which nothing is taken for granted. */
export type Told = Readonly<Record<string, unknown>>;

export type ClientKind = {
  /** Of its address, besides key and avatar. */
  readonly query?: Readonly<Record<string, string>>;
  /** Said as soon as the socket is open. */
  readonly atOnce?: readonly object[];
  /** What it does when it is told something; all that it has no entry for is ignored. Throws where the client's own code would. */
  readonly on: Readonly<Record<string, (told: Told, call: PublishedCall) => void>>;
  /** Looked at before that, for every message. */
  readonly every?: (told: Told) => void;
};

/** What a published client has made of a call so far. It is as strict, and as deaf, as that client. */
export class PublishedCall {
  /** Where its code would have thrown, or hung up for no reason of ours. */
  readonly faults: string[] = [];
  /** What its user is shown of the end of a call. */
  readonly shown: string[] = [];
  readonly iceServers: unknown[] = [];
  readonly candidates: unknown[] = [];
  /** Descriptions that it took: the offer, and answers to offers of its own. */
  readonly descriptions: unknown[] = [];
  /** Bubbles of the avatar's words, by the id under which it looks for them. */
  readonly bubbles = new Map<string, string>();
  readonly userWords: string[] = [];
  readonly tools: { readonly name: string; readonly given: unknown }[] = [];
  sessionId = '';
  microphones = 0;
  /** Pieces of sound that it played besides the track. */
  played = 0;
  /** The model asked it to end the call: it does so some seconds after the next reply has ended. */
  isAskedToEnd = false;
  /** What its user had read of the talk's last reply by then; null: it has not hung up. */
  lastWords: string | null = null;
  /** Pieces of a tool's arguments that it has put together, by call. */
  readonly pieces = new Map<string, string>();
  readonly #kind: ClientKind;
  readonly #send: (message: object) => void;

  constructor(kind: ClientKind, send: (message: object) => void) {
    this.#kind = kind;
    this.#send = send;
  }

  opened(): void {
    for (const message of this.#kind.atOnce ?? []) this.#send(message);
  }

  send(message: object): void {
    this.#send(message);
  }

  take(told: Told): void {
    try {
      this.#kind.every?.(told);
      this.#kind.on[String(told.type)]?.(told, this);
    } catch (error) {
      this.faults.push(`${String(told.type)}: ${error instanceof Error ? error.message : String(error)}`);
    }
  }
}

/** Null and lists are no objects to a reader that casts. */
export function objectIn(value: unknown, what: string): Told {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) throw new Error(`${what} is no object`);
  return value as Told;
}

export function textIn(value: unknown, what: string): string {
  if (typeof value !== 'string') throw new Error(`${what} is no text`);
  return value;
}

export function listIn(value: unknown, what: string): readonly unknown[] {
  if (!Array.isArray(value)) throw new Error(`${what} is no list`);
  return value;
}
