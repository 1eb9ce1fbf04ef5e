import type { VoiceEvent } from '../../core/voice-port.ts';
import { pcmOfBase64 } from '../shared/pcm-bytes.ts';
import { failedEvent, makePassingFailure, type VoiceFailure } from '../shared/voice-failures.ts';
import { askNext, tellContext } from './asking.ts';
import { amountsOf } from './counted-usage.ts';
import { remember, setWords } from './talk-memory.ts';
import { andThen, newTurn, type Step, step, type TalkState, type Turn, type Words } from './talk-state.ts';
import { pictureMessages, type ServerContent, type ServerMessage } from './wire-messages.ts';

const MAX_TRANSCRIPT_CHARACTERS = 20_000;
/** The newest calls whose results are awaited. */
const MAX_OPEN_CALLS = 64;

/** What a message of the service means for the talk. One message may hold several things. */
export function fromWire(state: TalkState, message: ServerMessage): Step {
  const { setupComplete, serverContent, usageMetadata, toolCall, toolCallCancellation } = message;
  const { goAway, sessionResumptionUpdate } = message;
  const steps: ((state: TalkState) => Step)[] = [];
  if (setupComplete) steps.push(becomeReady);
  const amounts = usageMetadata ? amountsOf(usageMetadata) : null;
  // Before the end of the turn that it is for.
  if (amounts !== null) steps.push((next) => step(next, [], [{ type: 'usage', part: 'voice', amounts }]));
  if (serverContent) steps.push((next) => readContent(next, serverContent));
  if (toolCall) steps.push((next) => passCalls(next, toolCall.functionCalls));
  if (toolCallCancellation) steps.push((next) => step(withoutCalls(next, toolCallCancellation.ids)));
  if (sessionResumptionUpdate) steps.push((next) => step(noteHandle(next, sessionResumptionUpdate)));
  if (goAway) steps.push((next) => step({ ...next, isLeaving: true }));
  return steps.reduce(andThen, step(state));
}

/** A session that is resumed knows the talk; another one is told of it before anything else. */
function becomeReady(state: TalkState): Step {
  const ready: TalkState = { ...state, isReady: true };
  const isFirst = state.connection === 1;
  // What a session that goes on does not know it is told with whatever comes next.
  const knows = isFirst || state.isResuming;
  const told = !knows ? tellHistory(ready) : ready.hearing === null ? step(ready) : tellContext(ready);
  const begun = andThen(told, (next) => step(next, pictureMessages(isFirst ? null : next.picture)));
  const heard = andThen(begun, (next) =>
    step(next, next.hearing === null ? [] : [{ realtimeInput: { activityStart: {} } }]),
  );
  return andThen(heard, askNext);
}

/** As the setup has announced it: the talk so far, which is not answered. */
function tellHistory(state: TalkState): Step {
  return andThen(tellContext(state), (next) => step(next, [{ clientContent: { turnComplete: true } }]));
}

function noteHandle(
  state: TalkState,
  { newHandle, resumable }: NonNullable<ServerMessage['sessionResumptionUpdate']>,
): TalkState {
  if (resumable !== true || !newHandle) return state;
  return { ...state, handle: { value: newHandle, knownBefore: state.memory.nextNumber } };
}

function readContent(state: TalkState, content: ServerContent): Step {
  const { inputTranscription, outputTranscription, modelTurn, interrupted, generationComplete, turnComplete } = content;
  let next = step(state);
  if (inputTranscription) next = andThen(next, (now) => hear(now, inputTranscription));
  if (outputTranscription?.text) next = andThen(next, (now) => passText(now, outputTranscription.text ?? ''));
  for (const { inlineData } of modelTurn?.parts ?? []) {
    if (inlineData?.mimeType.startsWith('audio/')) next = andThen(next, (now) => passSound(now, inlineData.data));
  }
  if (generationComplete) next = andThen(next, noteAllCame);
  if (interrupted) next = andThen(next, (now) => endTurn(now, null));
  if (turnComplete) next = andThen(next, (now) => completeTurn(now, content.turnCompleteReason ?? null));
  return next;
}

/** The words of the user come in pieces, independent of what the service answers to them. */
function hear(state: TalkState, { text, finished }: NonNullable<ServerContent['inputTranscription']>): Step {
  const { words } = state;
  if (words === null) return step(state);
  const whole = `${words.text}${text ?? ''}`.slice(0, MAX_TRANSCRIPT_CHARACTERS);
  const heard = { ...words, text: whole, pieces: words.pieces + 1, isSettled: false };
  const events: VoiceEvent[] = text ? [{ type: 'user-transcript-delta', itemId: words.itemId, text }] : [];
  const next = step({ ...state, words: heard }, [], events);
  return finished && heard.isEnded && whole.trim() !== '' ? andThen(next, settleWords) : next;
}

/** Nothing was added to the user's words for a moment: they are told if their answer has come, else by then. */
export function settleWords(state: TalkState): Step {
  if (state.words === null) return step(state);
  const settled: TalkState = { ...state, words: { ...state.words, isSettled: true } };
  return state.words.isAnswered ? endWords(settled) : step(settled);
}

/** Tells what the user has said, and then what is held back for it: the session may drop the words as it hears them. */
export function endWords(state: TalkState): Step {
  const { words, held } = state;
  if (words === null) return step(state);
  const text = words.text.trim();
  const memory = text === '' ? state.memory : setWords(state.memory, 'user', words.itemId, text);
  const told: VoiceEvent = { type: 'user-transcript-done', itemId: words.itemId, text };
  return { ...step({ ...state, memory, words: null, held: held ?? [] }, [], [told]), after: releaseReply };
}

/** The reply goes on though the words that it answers are not known yet. */
export function releaseReply(state: TalkState): Step {
  return step({ ...state, held: null }, [], state.held ?? []);
}

/** Events of a reply wait while the words that it answers may still come. */
function tell(state: TalkState, ...events: readonly VoiceEvent[]): Step {
  return state.held === null ? step(state, [], events) : step({ ...state, held: [...state.held, ...events] });
}

/** What comes now belongs to the turn under way, or begins the next one. */
function withTurn(state: TalkState, go: (state: TalkState, turn: Turn) => Step): Step {
  const begun = state.turn === null || state.turn.phase === 'over' ? beginTurn(state) : step(state);
  return andThen(begun, (next) => {
    const { turn } = next;
    if (turn === null) return step(next);
    const moved: Turn = { ...turn, hasBegun: true, progress: turn.progress + 1 };
    const going = { ...next, turn: moved };
    return moved.isMuted ? step(going) : go(going, moved);
  });
}

function beginTurn(state: TalkState): Step {
  const { ask, words, earlyText } = state;
  const fresh: TalkState = { ...state, ask: null, earlyText: '' };
  if (ask !== null) {
    const started = { ...fresh, turn: newTurn(ask.turnId) };
    const events: VoiceEvent[] = ask.isOwn ? [{ type: 'turn-started', turnId: ask.turnId }] : [];
    return andThen(step(started, [], events), (next) => addText(next, earlyText));
  }
  const turnId = `reply_${state.connection}_${state.nextId}`;
  const numbered = { ...fresh, nextId: state.nextId + 1 };
  if (state.isNextVoid) return step({ ...numbered, isNextVoid: false, turn: newTurn(turnId, { isMuted: true }) });
  const answers = state.answerDue ?? words?.itemId ?? null;
  const started = { ...numbered, answerDue: null, turn: newTurn(turnId, { answers }) };
  const awaited = words?.isEnded ? words : null;
  const ready = awaited === null ? step(started) : awaitWords(started, awaited);
  return andThen(
    andThen(ready, (next) => tell(next, { type: 'turn-started', turnId })),
    (next) => addText(next, earlyText),
  );
}

function awaitWords(state: TalkState, words: Words): Step {
  return words.isSettled ? endWords(state) : step({ ...state, words: { ...words, isAnswered: true }, held: [] });
}

function passSound(state: TalkState, data: string): Step {
  const pcm = pcmOfBase64(data);
  if (pcm === null) return step(state);
  return withTurn(state, (next, { turnId }) => tell(next, { type: 'audio', turnId, pcm }));
}

/** Words of a reply come before, with or after its sound, and even when it is over. */
function passText(state: TalkState, text: string): Step {
  const { turn } = state;
  if (turn === null || turn.phase === 'over') {
    const isLate = turn !== null && state.ask === null && state.answerDue === null;
    const earlyText = `${state.earlyText}${text}`.slice(0, MAX_TRANSCRIPT_CHARACTERS);
    return step(isLate || state.isNextVoid ? state : { ...state, earlyText });
  }
  return withTurn(state, (next) => addText(next, text));
}

function addText(state: TalkState, added: string): Step {
  const { turn } = state;
  const text = added.slice(0, MAX_TRANSCRIPT_CHARACTERS - (turn?.text.length ?? 0));
  if (turn === null || turn.isMuted || text === '') return step(state);
  const whole = turn.text + text;
  const memory = setWords(state.memory, 'assistant', turn.turnId, whole);
  const { turnId } = turn;
  return tell({ ...state, memory, turn: { ...turn, text: whole } }, { type: 'text-delta', turnId, text });
}

type FunctionCall = NonNullable<ServerMessage['toolCall']>['functionCalls'][number];

function passCalls(state: TalkState, functionCalls: readonly FunctionCall[]): Step {
  const passed = functionCalls.map(
    (call) => (next: TalkState) => withTurn(next, (now, turn) => passCall(now, turn, call)),
  );
  return andThen(passed.reduce(andThen, step(state)), noteAllCame);
}

function passCall(state: TalkState, { turnId }: Turn, { id, name, args }: FunctionCall): Step {
  const callId = id ?? `call_${state.connection}_${state.nextId}`;
  const argumentsJson = JSON.stringify(args ?? {});
  const text = `You called the tool ${name} with ${argumentsJson}`;
  const memory = remember(state.memory, { role: 'system', text, key: null, isTold: true });
  const others = Object.entries(state.calls).filter(([id]) => id !== callId);
  const calls = { ...Object.fromEntries(others.slice(1 - MAX_OPEN_CALLS)), [callId]: name };
  const call = { turnId, callId, name };
  return tell(
    { ...state, memory, calls, nextId: state.nextId + 1 },
    { type: 'tool-call-delta', ...call, delta: argumentsJson },
    { type: 'tool-call-done', ...call, argumentsJson },
  );
}

function withoutCalls(state: TalkState, ids: readonly string[]): TalkState {
  const calls = Object.fromEntries(Object.entries(state.calls).filter(([id]) => !ids.includes(id)));
  return { ...state, calls, results: state.results.filter(({ callId }) => !ids.includes(callId)) };
}

/** All has been generated; words of it may still be on their way. */
function noteAllCame(state: TalkState): Step {
  if (state.turn?.phase !== 'generating') return step(state);
  return step({ ...state, turn: { ...state.turn, phase: 'done' } });
}

/** The session is told the end of the turn once. */
export function endTurn(state: TalkState, failure: VoiceFailure | null): Step {
  const { turn } = state;
  if (turn === null || turn.phase === 'over') return step(state);
  const over: TalkState = { ...state, turn: { ...turn, phase: 'over' } };
  if (turn.isMuted) return askNext(over);
  const released = failure === null ? step(over) : releaseReply(over);
  const events: VoiceEvent[] = failure === null ? [] : [failedEvent(failure)];
  const told = andThen(released, (next) => tell(next, ...events, { type: 'turn-done', turnId: turn.turnId }));
  return andThen(told, askNext);
}

/** The service says that its turn is over, maybe long after all of it has come. */
function completeTurn(state: TalkState, reason: string | null): Step {
  const { turn, ask } = state;
  if (turn !== null) {
    const failure = turn.hasBegun ? null : refusalOf(reason);
    return andThen(endTurn(state, failure), (next) => step({ ...next, turn: null }));
  }
  if (ask === null) return step(state);
  const refusal = refusalOf(reason);
  return refusal === null ? step({ ...state, ask: { ...ask, isSuspect: true } }) : giveUpAsk(state, refusal, null);
}

const REFUSED = /PROHIBITED|REJECTED|SAFETY|BLOCKLIST|MALFORMED/;

function refusalOf(reason: string | null): VoiceFailure | null {
  if (reason === null || !REFUSED.test(reason)) return null;
  return makePassingFailure(`Gemini did not answer (${reason}). Please ask in other words.`, reason);
}

/** Ends a reply that cannot be had, and goes on with the next one. Nothing is told of what may come of it all the same (`rest`). */
export function giveUpAsk(state: TalkState, failure: VoiceFailure, rest: Turn | null): Step {
  const { ask } = state;
  if (ask === null) return step(state);
  const given: TalkState = { ...state, ask: null, turn: rest };
  const events: VoiceEvent[] = [failedEvent(failure), { type: 'turn-done', turnId: ask.turnId }];
  return andThen(step(given, [], events), askNext);
}
