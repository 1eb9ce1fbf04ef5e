import { newestWithin } from '../../core/newest-within.ts';
import type { HistoryItem, VoiceConfig, VoiceEvent } from '../../core/voice-port.ts';
import type { Wait as WireWait } from '../shared/open-waits.ts';
import { type WireStep, wireSteps } from '../shared/wire-steps.ts';
import type { SentMessage } from './wire-messages.ts';

export type MemoryItem = HistoryItem & {
  /** The user's item or the reply's turn, by which the text is filled in or cut. */
  readonly key: string | null;
};

/** A reply that was asked for, or that waits for the one before it. */
export type Ask = { readonly turnId: string; readonly contents: readonly string[]; readonly isOwn: boolean };

/** What the service says now: from its first sound or word until it is quiet. */
export type Turn = {
  readonly turnId: string;
  /** The item of the user that the service answers by it of its own accord. */
  readonly answers: string | null;
  /** Interrupted: nothing of it is told any more. */
  readonly isMuted: boolean;
  readonly text: string;
  /** Counts what has come of it. */
  readonly pieces: number;
  /** Nothing has come for a while. */
  readonly isFading: boolean;
  /** Quiet that is told only if something follows. */
  readonly quiet: readonly Int16Array[];
};

export function mutedTurn(turnId: string): Turn {
  return { turnId, answers: null, isMuted: true, text: '', pieces: 0, isFading: false, quiet: [] };
}

export type Words = {
  readonly itemId: string;
  readonly text: string;
  readonly pieces: number;
  readonly isEnded: boolean;
};

export type TalkState = {
  readonly config: VoiceConfig;
  /** Model that thinks and calls tools. */
  readonly backend: string;
  readonly memory: readonly MemoryItem[];
  readonly connection: number;
  readonly nextId: number;
  readonly isReady: boolean;
  /** The settings of the present session, as they were sent, and those that the configuration asks for. */
  readonly toldSettings: string;
  readonly wantedSettings: string;
  /** Sound was sent since the last tick: the service's time goes on with the sound that it hears. */
  readonly hasSent: boolean;
  readonly tick: number;
  readonly ask: Ask | null;
  readonly queue: readonly Ask[];
  readonly turn: Turn | null;
  /** Words of a reply whose sound has not come yet. */
  readonly earlyText: string;
  readonly hearing: string | null;
  readonly words: Words | null;
  /** The item of the user that should be answered. */
  readonly answerDue: string | null;
  /** What would be answered to it is void. */
  readonly isNextVoid: boolean;
  /** Events of a reply that wait for the end of the user's turn and its words; null: none do. */
  readonly held: readonly VoiceEvent[] | null;
  readonly calls: readonly string[];
  /** Results that the model behind was told and not asked to go on with. */
  readonly hasResults: boolean;
  /** Seconds of the present session that were told of. */
  readonly countedSeconds: number;
};

export type Step = WireStep<TalkState, SentMessage>;
export type Wait = WireWait<TalkState, SentMessage>;

export function newTalk(config: VoiceConfig, backend: string): TalkState {
  return {
    config,
    backend,
    memory: [],
    connection: 0,
    nextId: 1,
    isReady: false,
    toldSettings: '',
    wantedSettings: '',
    hasSent: false,
    tick: 0,
    ask: null,
    queue: [],
    turn: null,
    earlyText: '',
    hearing: null,
    words: null,
    answerDue: null,
    isNextVoid: false,
    held: null,
    calls: [],
    hasResults: false,
    countedSeconds: 0,
  };
}

export const { step, andThen } = wireSteps<TalkState, SentMessage>();

const MOST = { count: 100, characters: 20_000 };

/** The newest items are kept: a session is begun with at most 128 of them, and about 8,000 tokens. */
export function remember(state: TalkState, ...items: readonly MemoryItem[]): TalkState {
  return { ...state, memory: newestWithin([...state.memory, ...items], MOST, ({ text }) => text.length) };
}

export function setWords(state: TalkState, role: HistoryItem['role'], key: string, text: string): TalkState {
  if (!state.memory.some((item) => item.key === key)) return remember(state, { role, key, text });
  return { ...state, memory: state.memory.map((item) => (item.key === key ? { ...item, text } : item)) };
}

/** The interface takes 500 tokens at a time. */
const MAX_CONTENT_CHARACTERS = 1500;

export function pieces(text: string): string[] {
  const found: string[] = [];
  for (let at = 0; at < text.length; at += MAX_CONTENT_CHARACTERS)
    found.push(text.slice(at, at + MAX_CONTENT_CHARACTERS));
  return found;
}

export function append(type: 'instructions' | 'thinking', content: string): SentMessage {
  return { type: `session.${type}.append`, content, delegation_id: null };
}
