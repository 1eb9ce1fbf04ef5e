import { randomUUID } from 'node:crypto';
import type { SessionEvent } from '@visavis/media/session-events';
import { LIMITS } from '@visavis/protocol';
import type { CallFollower, FollowedCall } from '../../ports.ts';

type UtteranceEvent = Extract<SessionEvent, { type: 'utterance' }>;

/** What has become of a text that was to be said. */
export type SaidText = Pick<UtteranceEvent, 'utteranceId' | 'state' | 'playedMs' | 'heardText' | 'message'>;

export type WantedText = {
  readonly text: string;
  /** Made up when left out. */
  readonly utteranceId?: string;
  readonly isInterruptible: boolean;
  readonly replaces: boolean;
};

/** `busy`: so many wait already. `taken`: another one of this id was asked for. */
type SayOutcome = SaidText | 'gone' | 'busy' | 'taken';

type Talk = {
  readonly projectId: string;
  /** Null: it is over. */
  call: FollowedCall | null;
  endedAtMs: number;
  readonly texts: Map<string, SaidText>;
};

/** Texts of a call that are remembered, the newest. */
const KEPT_TEXTS = 50;
/** How long those of a call that is over are, and of how many calls. */
const KEPT_MS = 10 * 60_000;
const KEPT_TALKS = 100;

/** What programs have avatars say in the calls of this node, and what became of it. */
export class UtteranceDesk {
  readonly #nowMs: () => number;
  readonly #talks = new Map<string, Talk>();

  constructor(nowMs: () => number = () => performance.now()) {
    this.#nowMs = nowMs;
  }

  follow(call: FollowedCall): CallFollower {
    const talk: Talk = { projectId: call.projectId, call, endedAtMs: 0, texts: new Map() };
    this.#talks.set(call.sessionId, talk);
    return {
      event: (event) => note(talk, event),
      command() {},
      ended: () => this.#end(call.sessionId, talk),
    };
  }

  say(projectId: string, sessionId: string, { text, utteranceId = randomUUID(), ...how }: WantedText): SayOutcome {
    const talk = this.#find(projectId, sessionId);
    if (talk === null || talk.call === null) return 'gone';
    if (talk.texts.has(utteranceId)) return 'taken';
    const open = [...talk.texts.values()].filter(isOpen);
    if (open.length >= LIMITS.counts.openReplies) return 'busy';
    const said = { utteranceId, state: 'queued', playedMs: 0, heardText: '', message: '' } as const;
    keep(talk, said);
    talk.call.command({
      type: 'say',
      text,
      utteranceId,
      ...(how.isInterruptible ? {} : { isInterruptible: false }),
      ...(how.replaces ? { replaces: true } : {}),
    });
    return said;
  }

  /** Null: nothing is known of it here. */
  look(projectId: string, sessionId: string, utteranceId: string): SaidText | null {
    return this.#find(projectId, sessionId)?.texts.get(utteranceId) ?? null;
  }

  #find(projectId: string, sessionId: string): Talk | null {
    this.#forget();
    const talk = this.#talks.get(sessionId);
    return talk?.projectId === projectId ? talk : null;
  }

  /** Nobody hears the rest. */
  #end(sessionId: string, talk: Talk): void {
    talk.call = null;
    talk.endedAtMs = this.#nowMs();
    for (const text of talk.texts.values()) {
      if (isOpen(text)) talk.texts.set(text.utteranceId, { ...text, state: 'interrupted' });
    }
    this.#talks.delete(sessionId);
    if (talk.texts.size > 0) this.#talks.set(sessionId, talk);
    this.#forget();
  }

  #forget(): void {
    const over = [...this.#talks].filter(([, { call }]) => call === null);
    const oldestMs = this.#nowMs() - KEPT_MS;
    for (const [place, [sessionId, { endedAtMs }]] of over.entries()) {
      if (endedAtMs < oldestMs || place < over.length - KEPT_TALKS) this.#talks.delete(sessionId);
    }
  }
}

function note({ texts }: Talk, event: SessionEvent): void {
  if (event.type !== 'utterance' || !texts.has(event.utteranceId)) return;
  const { type: _, turnId: __, ...said } = event;
  texts.set(event.utteranceId, { ...said, playedMs: Math.round(said.playedMs) });
}

function isOpen({ state }: SaidText): boolean {
  return state === 'queued' || state === 'started';
}

function keep({ texts }: Talk, said: SaidText): void {
  texts.set(said.utteranceId, said);
  for (const [utteranceId, text] of texts) {
    if (texts.size <= KEPT_TEXTS) return;
    if (!isOpen(text)) texts.delete(utteranceId);
  }
}
