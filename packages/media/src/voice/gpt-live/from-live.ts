import type { VoiceEvent } from '../../core/voice-port.ts';
import type { ServiceError } from '../openai-realtime/wire-messages.ts';
import { pcmOfBase64 } from '../shared/pcm-bytes.ts';
import { failedEvent } from '../shared/voice-failures.ts';
import { askNext } from './asking.ts';
import { CONTENT_FAILURE, failureOf } from './live-failures.ts';
import { andThen, mutedTurn, remember, type Step, setWords, step, type TalkState } from './talk-state.ts';
import type { ServerMessage } from './wire-messages.ts';

/** Speech is far above it in every frame of a word; what the service sends in pauses is below. */
const LOUD = 300;
const MAX_TRANSCRIPT_CHARACTERS = 20_000;
/** The newest calls whose results are awaited. */
const MAX_OPEN_CALLS = 64;

/** What a message of the service means for the talk. It knows no turns: a reply is what it says from one quiet to the next. */
export function fromLive(state: TalkState, message: ServerMessage): Step {
  switch (message.type) {
    case 'session.started':
      return askNext({ ...state, isReady: true });
    case 'session.output_audio.delta':
      return passSound(state, message.delta);
    case 'session.output_transcript.delta':
      return passText(state, message.delta);
    case 'session.input_transcript.delta':
      return hear(state, message.delta);
    case 'response.event':
      return message.event.type === 'response.output_item.done' && message.event.item !== undefined
        ? passCall(state, message.event.item)
        : step(state);
    case 'session.usage.updated':
      return count(state, message.usage.seconds);
    case 'session.closed':
      return andThen(count(state, message.usage?.seconds ?? 0), (next) =>
        step(next, [], message.reason === 'content' ? [failedEvent(CONTENT_FAILURE)] : []),
      );
    case 'error':
      return passError(state, message.error);
  }
}

/** The service counts from the beginning of a session. */
function count(state: TalkState, sessionSeconds: number): Step {
  const seconds = sessionSeconds - state.countedSeconds;
  if (seconds <= 0) return step(state);
  const counted = { ...state, countedSeconds: sessionSeconds };
  return step(counted, [], [{ type: 'usage', part: 'voice', amounts: { seconds } }]);
}

function passError(state: TalkState, error: ServiceError): Step {
  const failure = failureOf(error);
  // A refused request is the fault of one input; the talk goes on.
  const retryable = failure.retryable || failure.category === 'invalid-request';
  const event = failedEvent({ ...failure, retryable });
  return step(state, [], [retryable ? { ...event, endsReply: false } : event]);
}

function passSound(state: TalkState, data: string): Step {
  const pcm = pcmOfBase64(data);
  if (pcm === null) return step(state);
  const isLoud = pcm.some((sample) => Math.abs(sample) > LOUD);
  if (state.turn === null && !isLoud) return step(state);
  return andThen(state.turn === null ? beginTurn(state) : step(state), (next) => addSound(next, pcm, isLoud));
}

function addSound(state: TalkState, pcm: Int16Array, isLoud: boolean): Step {
  const { turn } = state;
  if (turn === null) return step(state);
  if (!isLoud) return step(turn.isMuted ? state : { ...state, turn: { ...turn, quiet: [...turn.quiet, pcm] } });
  const going = { ...state, turn: { ...turn, quiet: [], isFading: false, pieces: turn.pieces + 1 } };
  if (turn.isMuted) return step(going);
  const { turnId } = turn;
  return tell(going, ...[...turn.quiet, pcm].map((part): VoiceEvent => ({ type: 'audio', turnId, pcm: part })));
}

/** Words may come before their sound, and do not begin a reply: they may belong to the one that has just ended. */
function passText(state: TalkState, text: string): Step {
  if (state.turn === null) {
    const earlyText = `${state.earlyText}${text}`.slice(-MAX_TRANSCRIPT_CHARACTERS);
    return step({ ...state, earlyText });
  }
  return addText(state, text);
}

function addText(state: TalkState, text: string): Step {
  const { turn } = state;
  if (turn === null || text === '') return step(state);
  const moved = { ...turn, isFading: false, pieces: turn.pieces + 1 };
  const fitting = text.slice(0, MAX_TRANSCRIPT_CHARACTERS - turn.text.length);
  if (turn.isMuted || fitting === '') return step({ ...state, turn: moved });
  const whole = turn.text + fitting;
  const remembered = setWords(state, 'assistant', turn.turnId, whole);
  const { turnId } = turn;
  return tell({ ...remembered, turn: { ...moved, text: whole } }, { type: 'text-delta', turnId, text: fitting });
}

function beginTurn(state: TalkState): Step {
  const { ask, earlyText } = state;
  const fresh: TalkState = { ...state, ask: null, earlyText: '' };
  if (ask !== null) {
    const begun = { ...fresh, turn: { ...mutedTurn(ask.turnId), isMuted: false } };
    const events: VoiceEvent[] = ask.isOwn ? [{ type: 'turn-started', turnId: ask.turnId }] : [];
    return andThen(step(begun, [], events), (next) => addText(next, earlyText));
  }
  const turn = mutedTurn(`reply_${state.connection}_${state.nextId}`);
  const numbered = { ...fresh, nextId: state.nextId + 1, answerDue: null, isNextVoid: false };
  if (state.isNextVoid) return step({ ...numbered, turn });
  // What it says while somebody speaks, or before their words are known, comes after them.
  const held = state.words === null ? null : [];
  const answers = state.answerDue ?? state.words?.itemId ?? null;
  const begun = { ...numbered, held, turn: { ...turn, isMuted: false, answers } };
  return andThen(tell(begun, { type: 'turn-started', turnId: turn.turnId }), (next) => addText(next, earlyText));
}

/** Nothing has come for a while; what this process was too busy to read counts, so it is looked for once more. */
export function fade(state: TalkState): Step {
  return step(state.turn === null ? state : { ...state, turn: { ...state.turn, isFading: true } });
}

/** The service has been quiet for a while. */
export function endTurn(state: TalkState): Step {
  const { turn } = state;
  if (turn === null) return step(state);
  const told = turn.isMuted ? step(state) : tell(state, { type: 'turn-done', turnId: turn.turnId });
  return andThen(told, (next) => askNext({ ...next, turn: null }));
}

function tell(state: TalkState, ...events: readonly VoiceEvent[]): Step {
  return state.held === null ? step(state, [], events) : step({ ...state, held: [...state.held, ...events] });
}

function hear(state: TalkState, text: string): Step {
  const { words } = state;
  if (words === null || text === '') return step(state);
  const heard = {
    ...words,
    text: `${words.text}${text}`.slice(0, MAX_TRANSCRIPT_CHARACTERS),
    pieces: words.pieces + 1,
  };
  return step({ ...state, words: heard }, [], [{ type: 'user-transcript-delta', itemId: words.itemId, text }]);
}

/**
 * Tells what the user has said, and then what is held back for it: the session may drop the words as it hears them. What has no words
 * needs no answer.
 */
export function endWords(state: TalkState): Step {
  const { words, held, answerDue } = state;
  if (words === null) return step(state);
  const text = words.text.trim();
  const remembered = text === '' ? state : setWords(state, 'user', words.itemId, text);
  const told: VoiceEvent = { type: 'user-transcript-done', itemId: words.itemId, text };
  const next = { ...remembered, words: null, held: held ?? [], answerDue: text === '' ? null : answerDue };
  return { ...step(next, [], [told]), after: releaseReply };
}

/** The reply goes on though the words that it answers are not known yet. */
export function releaseReply(state: TalkState): Step {
  return step({ ...state, held: null }, [], state.held ?? []);
}

type FunctionCall = NonNullable<Extract<ServerMessage, { type: 'response.event' }>['event']['item']>;

/** The model behind calls a tool, beside what is said: under the reply that is being said, else under one of its own. */
function passCall(state: TalkState, { call_id: callId, name, arguments: argumentsJson }: FunctionCall): Step {
  const live = state.turn !== null && !state.turn.isMuted ? state.turn.turnId : null;
  const turnId = live ?? state.ask?.turnId ?? `reply_${state.connection}_${state.nextId}`;
  const isNew = live === null && state.ask === null;
  const text = `You called the tool ${name} with ${argumentsJson}`;
  const noted = remember(state, { role: 'system', text, key: null });
  const called = {
    ...noted,
    calls: [...state.calls, callId].slice(-MAX_OPEN_CALLS),
    nextId: state.nextId + 1,
    answerDue: null,
  };
  const call = { turnId, callId, name };
  const begun: VoiceEvent[] = isNew || state.ask?.isOwn ? [{ type: 'turn-started', turnId }] : [];
  const ended: VoiceEvent[] = live === null ? [{ type: 'turn-done', turnId }] : [];
  return tell(
    live === null ? { ...called, ask: null } : called,
    ...begun,
    { type: 'tool-call-delta', ...call, delta: argumentsJson },
    { type: 'tool-call-done', ...call, argumentsJson },
    ...ended,
  );
}
