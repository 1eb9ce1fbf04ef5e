import { type PlacedTag, takeTags } from '../core/face-tags.ts';
import { heardText, joinSpans } from './heard-text.ts';
import { ECHO_WORDS_MS } from './own-words.ts';
import { endWords } from './reply-words.ts';
import {
  MAX_SETTLED_CALLS,
  type ReplyTurn,
  type SessionEffect,
  type SessionState,
  type Step,
  TOOL_RESULT_WAIT_MS,
} from './session-state.ts';
import { hasJustAsked } from './short-words.ts';
import { tellUtterance } from './utterances.ts';
import { tellWords } from './word-times.ts';

/** Items of the user whose words may still come. */
const REMEMBERED_ITEMS = 8;

// Steps that several inputs share. Each takes a state and gives the next one with its effects.

export function advance(state: SessionState, effects: readonly SessionEffect[]): Step {
  return { state, effects };
}

/** Runs a further step and keeps the effects of both, in order. */
export function andThen(step: Step, next: (state: SessionState) => Step): Step {
  const following = next(step.state);
  return { state: following.state, effects: [...step.effects, ...following.effects] };
}

export function isReplying(state: SessionState): boolean {
  return state.turns.length > 0;
}

/** No reply waits. */
export const NOTHING_WANTED = { respondQueued: null, resultsWanted: false } as const;

export function nextIdOf(state: SessionState, prefix: 'item' | 'resp' | 'text'): { id: string; state: SessionState } {
  return { id: `${prefix}_${state.idStem}${state.nextId}`, state: { ...state, nextId: state.nextId + 1 } };
}

/** Adds a reply to the talk; its sound plays after that of the replies before it. */
export function addTurn(state: SessionState, turnId: string, tags: readonly PlacedTag[] = []): Step {
  const turn: ReplyTurn = { id: turnId, spans: [], audioMs: 0, generating: true, tags };
  return advance({ ...state, turns: [...state.turns, turn] }, [
    { type: 'emit', event: { type: 'reply-started', turnId } },
  ]);
}

/** Speaks the first message. A talk greets at most once. */
export function greet(state: SessionState): Step {
  const greeted: SessionState = { ...state, greeted: true };
  const clear = { type: 'clear-timer', name: 'greeting' } as const;
  if (state.firstMessage.trim() === '') {
    // Who gave the call instructions of its own has it begin by these.
    return andThen(advance(greeted, [clear]), (next) =>
      next.beginsBy === 'instructions' ? respondNow(next, undefined) : advance(next, []),
    );
  }
  const { id: turnId, state: numbered } = nextIdOf(greeted, 'resp');
  const { words: text, tags } = takeTags(state.firstMessage);
  return andThen(advance(numbered, [clear]), (next) =>
    andThen(addTurn(next, turnId, tags), (added) =>
      advance(added, [
        { type: 'cue-face', cue: { type: 'greeting', turnId } },
        { type: 'voice', input: { type: 'say', turnId, text } },
      ]),
    ),
  );
}

/** Nobody has asked for the greeting in time. */
export function greetUnasked(state: SessionState): Step {
  if (state.greeted) return advance(state, []);
  const { state: next, effects } = greet(state);
  return advance({ ...next, greetedUnasked: isReplying(next) }, effects);
}

/** The user has begun to take part: the greeting's moment has passed. */
export function skipGreeting(state: SessionState): Step {
  if (state.greeted) return advance({ ...state, greetedUnasked: false }, []);
  return advance({ ...state, greeted: true }, [{ type: 'clear-timer', name: 'greeting' }]);
}

/** Asks the voice for a reply now, unless a person answers. */
export function respondNow(state: SessionState, instructions: string | undefined): Step {
  if (state.answeredBy === 'operator') {
    return advance({ ...state, unansweredText: false, unansweredResult: false, ...NOTHING_WANTED }, []);
  }
  const { id: turnId, state: numbered } = nextIdOf(state, 'resp');
  const asked: SessionState = {
    ...numbered,
    unansweredText: false,
    unansweredResult: false,
    unansweredPrompt: false,
    ...NOTHING_WANTED,
  };
  const input =
    instructions === undefined
      ? ({ type: 'respond', turnId } as const)
      : ({ type: 'respond', turnId, instructions } as const);
  return andThen(addTurn(asked, turnId), (added) => advance(added, [{ type: 'voice', input }]));
}

/**
 * Performs the request for a reply that waits, once nothing stands in its way. Of several tools that one reply called, all
 * results are waited for: one answer is wanted, not one for each.
 */
export function respondIfQueued(state: SessionState): Step {
  const isComplete = state.resultsWanted && state.openCalls.length === 0;
  const isWanted = state.respondQueued !== null || isComplete;
  if (!isWanted || state.turns.some((turn) => turn.generating)) return advance(state, []);
  return respondNow(state, state.respondQueued?.instructions);
}

/** Silences the avatar, unless it says what is not to be interrupted. The replies end when the shell reports how much was heard. */
export function interrupt(state: SessionState, keptTurnIds: readonly string[] = []): Step {
  const firmTurnIds = state.turns.filter(isFirm).map(({ id }) => id);
  return interruptAll(state, [...keptTurnIds, ...firmTurnIds]);
}

/** The same, whatever it says. */
export function interruptAll(state: SessionState, keptTurnIds: readonly string[] = []): Step {
  return isReplying(state) ? advance(state, [{ type: 'flush-audio', keptTurnIds }]) : advance(state, []);
}

/** Whether only force interrupts it. */
export function isFirm({ utterance }: ReplyTurn): boolean {
  return utterance?.isInterruptible === false;
}

/**
 * Ends the replies that an interruption dropped: the first was heard up to `playedMs`, the later ones not at all. Those
 * that were kept come next.
 */
export function settleFlush(
  state: SessionState,
  flushed: { turnId: string | null; playedMs: number; keptTurnIds: readonly string[]; atMs: number },
): Step {
  const isKept = (turn: ReplyTurn): boolean => flushed.keptTurnIds.includes(turn.id);
  const [first] = state.turns;
  const isSounding = state.isSounding && first !== undefined && isKept(first);
  const effects: SessionEffect[] = isSounding ? [] : [{ type: 'set-avatar-speaking', speaking: false }];
  if (state.interruption !== null) effects.push({ type: 'clear-timer', name: 'held' });
  for (const turn of state.turns) {
    if (isKept(turn)) continue;
    const playedMs = turn.id === flushed.turnId ? flushed.playedMs : 0;
    const heard = heardText(turn.spans, playedMs, turn.audioMs);
    effects.push({ type: 'voice', input: { type: 'cancel', turnId: turn.id, playedMs, heardText: heard } });
    if (turn.generating && turn.spans.length > 0) effects.push(textDone(turn));
    effects.push({
      type: 'emit',
      event: { type: 'reply-done', turnId: turn.id, interrupted: true, playedMs, heardText: heard },
    });
    effects.push(...tellUtterance(turn, 'interrupted', { playedMs, heardText: heard }));
  }
  const lastSaid = saidNow(state, flushed.atMs);
  const turns = state.turns.filter(isKept);
  const exchange = turns.length === 0 ? null : state.exchange;
  const settled: SessionState = { ...state, turns, lastSaid, exchange, isSounding, interruption: null };
  return andThen(advance(settled, effects), respondIfQueued);
}

/** Takes a reply a step further. */
export function changeTurn(
  state: SessionState,
  turnId: string,
  change: (turn: ReplyTurn) => { readonly turn: ReplyTurn; readonly effects: readonly SessionEffect[] },
): Step {
  const effects: SessionEffect[] = [];
  const turns = state.turns.map((candidate) => {
    if (candidate.id !== turnId) return candidate;
    const changed = change(candidate);
    effects.push(...changed.effects);
    return changed.turn;
  });
  return advance({ ...state, turns }, effects);
}

/** Nothing more is generated of a reply. */
export function endGeneration(state: SessionState, turnId: string): Step {
  const before = state.turns.find((candidate) => candidate.id === turnId);
  if (before === undefined || !before.generating) return advance(state, []);
  const { turn, effects } = endWords({ ...before, generating: false });
  const turns = state.turns.map((candidate) => (candidate === before ? turn : candidate));
  const ended = advance({ ...state, turns }, [
    ...effects,
    ...(turn.spans.length > 0 ? [textDone(turn)] : []),
    ...tellWords(turn),
    ...(state.tellsGenerated ? [{ type: 'emit', event: { type: 'reply-generated', turnId } } as const] : []),
    { type: 'finish-audio', turnId },
  ]);
  return andThen(ended, respondIfQueued);
}

/** A reply was played to its end. */
export function finishTurn(
  state: SessionState,
  { turnId, playedMs, atMs }: { turnId: string; playedMs: number; atMs: number },
): Step {
  const turn = state.turns.find((candidate) => candidate.id === turnId);
  if (turn === undefined) return advance(state, []);
  const turns = state.turns.filter((candidate) => candidate.id !== turnId);
  const said = { playedMs, heardText: joinSpans(turn.spans) };
  const effects: SessionEffect[] = [
    { type: 'emit', event: { type: 'reply-done', turnId, interrupted: false, ...said } },
    ...tellUtterance(turn, playedMs > 0 ? 'ended' : 'failed', said),
  ];
  if (turns.length === 0) effects.push({ type: 'set-avatar-speaking', speaking: false });
  const interruption = state.interruption && { ...state.interruption, hasAsked: wasAsked(state) };
  const ended: SessionState = { ...state, turns, interruption, isSounding: false, lastSaid: saidNow(state, atMs) };
  return andThen(advance(withoutPastInterruption(ended), effects), respondIfQueued);
}

function textDone(turn: ReplyTurn): SessionEffect {
  return { type: 'emit', event: { type: 'reply-text-done', turnId: turn.id, text: joinSpans(turn.spans) } };
}

/**
 * Once the replies that the user spoke over have been played, his words decide about none of them any more. They are
 * answered, unless they merely agree with something that was no question.
 */
function withoutPastInterruption(state: SessionState): SessionState {
  const { interruption } = state;
  const isOver = interruption !== null && state.turns.every(({ id }) => interruption.answerIds.includes(id));
  if (!isOver) return state;
  return { ...state, interruption: null, lateItemIds: wasAsked(state) ? [] : interruption.itemIds };
}

/** True where the reply that the user spoke over had just asked something, though others have followed it since. */
export function wasAsked({ turns, interruption }: SessionState): boolean {
  if (interruption === null) return false;
  const turn = turns.find(({ id }) => id === interruption.turnId);
  return turn === undefined ? interruption.hasAsked : hasJustAsked(turn, interruption.playedMs);
}

/** The replies of which the listener may have sound in the air. */
function saidNow(state: SessionState, atMs: number): SessionState['lastSaid'] {
  const before = state.lastSaid !== null && atMs - state.lastSaid.endedAtMs < ECHO_WORDS_MS ? state.lastSaid.text : '';
  const text = [before, ...state.turns.map((turn) => joinSpans(turn.spans))].join(' ').trim();
  return text === '' ? null : { text, endedAtMs: atMs };
}

/** Remembers what the avatar was saying, or had just said, when an item of the user began. */
export function noteSpokenOver(state: SessionState, itemId: string, atMs: number): SessionState {
  const text = saidNow(state, atMs)?.text ?? '';
  return { ...state, spokenOver: [...state.spokenOver, { itemId, text }].slice(-REMEMBERED_ITEMS) };
}

/** Remembers how long the voice of an item sounded: its sound less what was kept before it and the silence behind it. */
export function noteSpokenLength(state: SessionState, itemId: string, audioEndMs: number): SessionState {
  const { prefixPaddingMs, silenceDurationMs } = state.turnDetection;
  const soundMs = audioEndMs - state.userSpeechStartMs;
  const voiceMs = Math.max(0, soundMs - prefixPaddingMs - silenceDurationMs);
  return { ...state, spokenLengths: [...state.spokenLengths, { itemId, voiceMs }].slice(-REMEMBERED_ITEMS) };
}

export function newExchange(startedAtMs: number) {
  return { startedAtMs, transcriptMs: null, firstTextMs: null, firstAudioMs: null };
}

/** A tool was called: wait for its result for a while, since many clients never send one. */
export function awaitTool(state: SessionState, call: { callId: string; turnId: string; name: string }): Step {
  const { callId, turnId, name } = call;
  const serverWaitMs = state.serverWaitsMs.get(name);
  const waiting: SessionState = { ...state, openCalls: [...state.openCalls, { callId, turnId }] };
  if (state.waitsForTools && serverWaitMs === undefined) return advance(waiting, []);
  const delayMs = serverWaitMs ?? TOOL_RESULT_WAIT_MS;
  return advance(waiting, [{ type: 'set-timer', name: `tool:${callId}`, delayMs }]);
}

/** The call waits no more. */
export function settleCall(state: SessionState, callId: string, timedOut: boolean): SessionState {
  const openCalls = state.openCalls.filter((call) => call.callId !== callId);
  const others = state.settledCalls.filter((call) => call.callId !== callId);
  return { ...state, openCalls, settledCalls: [...others, { callId, timedOut }].slice(-MAX_SETTLED_CALLS) };
}

/** No result came: the voice is told so and goes on, unless something else is already being said. */
export function releaseTool(state: SessionState, callId: string, atMs: number): Step {
  if (!state.openCalls.some((call) => call.callId === callId)) return advance(state, []);
  const settled = settleCall(state, callId, true);
  const released = advance(settled, [
    { type: 'emit', event: { type: 'tool-call-timed-out', callId } },
    { type: 'voice', input: { type: 'tool-result', callId, output: '{"status":"no result was returned"}' } },
  ]);
  if (state.resultsWanted) return andThen(released, respondIfQueued);
  if (isReplying(state) || state.userItemId !== null || settled.openCalls.length > 0) return released;
  return andThen(released, (next) => respondNow({ ...next, exchange: newExchange(atMs) }, undefined));
}
