import type { CallSnapshot, ExchangeLatency, VisavisCall, WireRecord } from '@visavis/sdk';

export type LogEntry = {
  readonly id: number;
  /** Milliseconds since the call was started. */
  readonly offsetMs: number;
  /** `call`: what the client made of it; `sent` and `received`: messages of the protocol. */
  readonly source: 'call' | 'sent' | 'received';
  readonly kind: string;
  readonly detail: string;
  /** Of messages: the whole of it, sound shortened. */
  readonly message: unknown;
  /** Messages like this one in the second after it, which got no entry of their own. */
  readonly repeats: number;
};

/** The steps of one answer. */
export type LoggedTurn = { readonly id: number; readonly offsetMs: number; readonly latency: ExchangeLatency };

export type LogState = {
  readonly entries: readonly LogEntry[];
  readonly turns: readonly LoggedTurn[];
  /** Older entries that were let go. */
  readonly droppedEntries: number;
};

type WatchedCall = Pick<VisavisCall, 'on' | 'snapshot'>;

export const maxEntries = 2_000;
export const maxTurns = 50;
const toldEveryMs = 100;
const joinedMs = 1_000;
const soundTypes = /audio_buffer\.append$|response\.audio\.delta$/;

export const emptyLog: LogState = Object.freeze({ entries: [], turns: [], droppedEntries: 0 });

/** What happened in one call, with times. Bounded; the oldest go first. */
export class CallLog {
  readonly #startedAtMs = performance.now();
  readonly #listeners = new Set<() => void>();
  readonly #lastSound = new Map<string, number>();
  #entries: LogEntry[] = [];
  #turns: LoggedTurn[] = [];
  #count = 0;
  #droppedEntries = 0;
  #last: CallSnapshot;
  #state: LogState = emptyLog;
  #timer: ReturnType<typeof setTimeout> | null = null;

  /** Make it before the call connects, so that it misses nothing. */
  constructor(call: WatchedCall) {
    this.#last = call.snapshot;
    call.on('change', (next) => this.#compare(next));
    call.on('wire', (record) => this.#addWire(record));
    call.on('tool-call', ({ name, arguments: values }) => this.#add('tool-call', `${name} ${JSON.stringify(values)}`));
    call.on('warning', (warning) => this.#add('warning', warning));
  }

  /** A value that stays the same object until something is told. */
  get state(): LogState {
    return this.#state;
  }

  subscribe(listener: () => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  #compare(next: CallSnapshot): void {
    const last = this.#last;
    this.#last = next;
    for (const [kind, detail] of differences(last, next)) this.#add(kind, detail);
    if (next.latency !== last.latency && next.latency !== null) this.#addLatency(next.latency);
  }

  #addLatency(latency: ExchangeLatency): void {
    const current = this.#turns.at(-1);
    if (isBlank(latency)) {
      if (current !== undefined && isBlank(current.latency)) return;
    } else if (current !== undefined && continues(current.latency, latency)) {
      this.#turns[this.#turns.length - 1] = { ...current, latency };
      this.#tellSoon();
      return;
    }
    this.#turns.push({ id: this.#count++, offsetMs: this.#offset(performance.now()), latency });
    if (this.#turns.length > maxTurns) this.#turns.shift();
    this.#tellSoon();
  }

  #addWire({ direction, type, message, atMs }: WireRecord): void {
    const offsetMs = this.#offset(atMs);
    if (soundTypes.test(type) && this.#joins(type, offsetMs)) return;
    const kind = type === '' ? '?' : type;
    this.#push({ offsetMs, source: direction, kind, detail: detailOf(message), message });
    if (soundTypes.test(type)) this.#lastSound.set(type, this.#count - 1);
  }

  /** Sound comes up to fifty times a second: one entry stands for a second of it. */
  #joins(type: string, offsetMs: number): boolean {
    const id = this.#lastSound.get(type);
    const index = id === undefined ? -1 : this.#entries.findLastIndex((entry) => entry.id === id);
    const entry = this.#entries[index];
    if (entry === undefined || offsetMs - entry.offsetMs > joinedMs) return false;
    this.#entries[index] = { ...entry, repeats: entry.repeats + 1 };
    this.#tellSoon();
    return true;
  }

  #add(kind: string, detail: string): void {
    this.#push({ offsetMs: this.#offset(performance.now()), source: 'call', kind, detail, message: null });
  }

  #push(entry: Omit<LogEntry, 'id' | 'repeats'>): void {
    this.#entries.push({ ...entry, id: this.#count++, repeats: 0 });
    if (this.#entries.length > maxEntries) {
      this.#entries.shift();
      this.#droppedEntries += 1;
    }
    this.#tellSoon();
  }

  #offset(atMs: number): number {
    return Math.max(0, Math.round(atMs - this.#startedAtMs));
  }

  #tellSoon(): void {
    this.#timer ??= setTimeout(() => {
      this.#timer = null;
      this.#state = { entries: [...this.#entries], turns: [...this.#turns], droppedEntries: this.#droppedEntries };
      for (const listener of this.#listeners) listener();
    }, toldEveryMs);
  }
}

/** Lines of JSON: entries by time, then the turns. */
export function logLines({ entries, turns }: LogState): string {
  const lines = [
    ...entries.map(({ id, message, repeats, ...entry }) => ({
      ...entry,
      ...(message === null ? {} : { message }),
      ...(repeats === 0 ? {} : { repeats }),
    })),
    ...turns.map(({ offsetMs, latency }) => ({ offsetMs, source: 'call', kind: 'turn', latency })),
  ];
  return lines.map((line) => `${JSON.stringify(line)}\n`).join('');
}

function isBlank(latency: ExchangeLatency): boolean {
  return Object.values(latency).every((value) => value === null);
}

/** Whether the later values are of the same exchange: none that was known changed. */
function continues(before: ExchangeLatency, after: ExchangeLatency): boolean {
  const names = Object.keys(before) as (keyof ExchangeLatency)[];
  return names.every((name) => before[name] === null || before[name] === after[name]);
}

const maxDetailLength = 400;

function detailOf(message: unknown): string {
  if (typeof message !== 'object' || message === null) return String(message).slice(0, maxDetailLength);
  const { type: _type, ...rest } = message as Readonly<Record<string, unknown>>;
  const text = JSON.stringify(rest);
  return text.length > maxDetailLength ? `${text.slice(0, maxDetailLength)}…` : text;
}

function differences(before: CallSnapshot, after: CallSnapshot): [kind: string, detail: string][] {
  const found: [string, string][] = [];
  if (after.state !== before.state) found.push(['state', after.state]);
  if (after.sessionId !== before.sessionId && after.sessionId !== null) found.push(['session', after.sessionId]);
  if (after.ready && !before.ready) found.push(['ready', after.info?.provider ?? '']);
  if (after.activity !== before.activity) found.push(['activity', after.activity]);
  const finished = new Set(before.captions.filter(isFinished).map(({ id }) => id));
  for (const caption of after.captions) {
    if (isFinished(caption) && !finished.has(caption.id)) found.push([caption.speaker, caption.text]);
  }
  if (after.notice !== before.notice && after.notice !== null) found.push(['notice', after.notice.code]);
  if (after.problem !== before.problem && after.problem !== null) found.push(['problem', after.problem.code]);
  return found;
}

function isFinished({ status }: CallSnapshot['captions'][number]): boolean {
  return status === 'final' || status === 'interrupted';
}
