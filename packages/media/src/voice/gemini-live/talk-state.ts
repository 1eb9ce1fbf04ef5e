import type { VoiceConfig, VoiceEvent } from '../../core/voice-port.ts';
import type { Wait as WireWait } from '../shared/open-waits.ts';
import { type WireStep, wireSteps } from '../shared/wire-steps.ts';
import { type Memory, NO_MEMORY } from './talk-memory.ts';
import type { SentMessage } from './wire-messages.ts';

/** A reply that was asked for, or that waits for the one before it. */
export type Ask = {
  readonly turnId: string;
  readonly way: { readonly say: string } | { readonly instructions: string | null };
  /** The service should have answered by itself; the session learns of this reply when it begins. */
  readonly isOwn: boolean;
  /** The service has ended some turn, and it may have been this one. */
  readonly isSuspect: boolean;
};

/** What the service is generating, or was until it says that its turn is over. */
export type Turn = {
  readonly turnId: string;
  /** The item of the user that the service answers by it of its own accord. */
  readonly answers: string | null;
  /** Interrupted or given up: nothing of it is told any more. */
  readonly isMuted: boolean;
  /** `done`: all should have come, and what is late is waited for. `over`: the session knows the end. */
  readonly phase: 'generating' | 'done' | 'over';
  /** Something to hear or a call has come. */
  readonly hasBegun: boolean;
  readonly text: string;
  /** Counts what has come. */
  readonly progress: number;
};

/** What the user says, until the session has been told. */
export type Words = {
  readonly itemId: string;
  readonly text: string;
  /** Counts what has come. */
  readonly pieces: number;
  readonly isEnded: boolean;
  /** Nothing was added for a moment. */
  readonly isSettled: boolean;
  /** The answer to them has begun. */
  readonly isAnswered: boolean;
};

type ToolResult = { readonly callId: string; readonly name: string; readonly output: string };

export type TalkState = {
  readonly config: VoiceConfig;
  readonly memory: Memory;
  /** Remarks for the model that go with the next thing it is told. */
  readonly notes: readonly string[];
  /** Counts the connections of this talk. */
  readonly connection: number;
  readonly nextId: number;
  /** The service has taken the settings of the present connection. */
  readonly isReady: boolean;
  /** The settings of the present connection, as they were sent, and those that the configuration asks for. */
  readonly toldSetup: string;
  readonly wantedSetup: string;
  /** The service will close the present connection. */
  readonly isLeaving: boolean;
  /** What the talk can be resumed by, and the number of the first item that it does not stand for. */
  readonly handle: { readonly value: string; readonly knownBefore: number } | null;
  /** The present connection goes on where another one was. */
  readonly isResuming: boolean;
  readonly ask: Ask | null;
  readonly queue: readonly Ask[];
  readonly turn: Turn | null;
  /** Words of a reply whose sound has not come yet. */
  readonly earlyText: string;
  /** The user speaks now. */
  readonly hearing: string | null;
  readonly words: Words | null;
  /** The item of the user that the service should answer of its own accord. */
  readonly answerDue: string | null;
  /** What it would answer is void. */
  readonly isNextVoid: boolean;
  /** Events of a reply that wait for the words which it answers; null: none do. */
  readonly held: readonly VoiceEvent[] | null;
  /** Names of the tools that were called on this connection, by the call. */
  readonly calls: Readonly<Record<string, string>>;
  readonly results: readonly ToolResult[];
  readonly picture: string | null;
};

export type Step = WireStep<TalkState, SentMessage>;
export type Wait = WireWait<TalkState, SentMessage>;

/** Replies that may wait for the one being generated; more are refused. */
export const MAX_WAITING_REPLIES = 8;

export function newTalk(config: VoiceConfig): TalkState {
  return {
    config,
    memory: NO_MEMORY,
    notes: [],
    connection: 0,
    nextId: 1,
    isReady: false,
    toldSetup: '',
    wantedSetup: '',
    isLeaving: false,
    handle: null,
    isResuming: false,
    ask: null,
    queue: [],
    turn: null,
    earlyText: '',
    hearing: null,
    words: null,
    answerDue: null,
    isNextVoid: false,
    held: null,
    calls: {},
    results: [],
    picture: null,
  };
}

export const { step, andThen } = wireSteps<TalkState, SentMessage>();

export function newTurn(turnId: string, traits: Partial<Turn> = {}): Turn {
  return {
    turnId,
    answers: null,
    isMuted: false,
    phase: 'generating',
    hasBegun: false,
    text: '',
    progress: 0,
    ...traits,
  };
}

/** Nothing more comes of the turn that the session has to hear of. */
export function isFree({ ask, turn }: Pick<TalkState, 'ask' | 'turn'>): boolean {
  return ask === null && (turn === null || turn.isMuted || turn.phase === 'over');
}
