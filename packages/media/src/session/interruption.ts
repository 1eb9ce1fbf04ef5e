import { isScrap, SCRAP_VOICE_MS } from './scraps.ts';
import {
  HELD_AFTER_VOICE_MS,
  type Interruption,
  LEAST_HELD_WAIT_MS,
  SERVICE_WORDS_WAIT_MS,
  type SessionEffect,
  type SessionState,
  type Step,
  SURE_INTERRUPTION_MS,
} from './session-state.ts';
import { hasJustAsked, isAgreement } from './short-words.ts';
import { advance, andThen, interrupt, isFirm, isReplying, NOTHING_WANTED, wasAsked } from './turn-steps.ts';

// What becomes of a reply that the user speaks over. It falls silent at once and waits for his words: words of agreement,
// and sound without words, let it go on where it was; any other words end it, and so does speaking for long.

/** Items that are remembered to have been said over what is not interrupted. */
const MAX_LATE_ITEMS = 8;

/** An item of the user begins. Where nobody can tell his words, or nothing sounds yet, what is being replied ends at once. */
export function interruptBy(state: SessionState, itemId: string): Step {
  if (!isReplying(state)) return interruptForGood(state, []);
  if (isUninterrupted(state)) return advance(listenBesides(state, itemId), []);
  const known = state.interruption;
  if (known === null && (!state.hears || !state.isSounding)) return interruptForGood(state, []);
  const interruption: Interruption = {
    turnId: known?.turnId ?? null,
    playedMs: known?.playedMs ?? 0,
    hasAsked: known?.hasAsked ?? false,
    itemIds: [...(known?.itemIds ?? []), itemId],
    answerIds: known?.answerIds ?? [],
    isHeld: true,
  };
  return advance({ ...state, interruption }, [
    { type: 'hold-audio' },
    { type: 'set-avatar-speaking', speaking: false },
    { type: 'set-timer', name: 'held', delayMs: SURE_INTERRUPTION_MS },
  ]);
}

/** What is being said is not to be interrupted: it goes on, and the user's words are answered after it. */
function isUninterrupted({ turns: [first], interruption, interruptsReplies }: SessionState): boolean {
  return interruption === null && first !== undefined && (!interruptsReplies || isFirm(first));
}

/** Words of agreement say nothing, unless something is being asked. */
function listenBesides(state: SessionState, itemId: string): SessionState {
  const [first] = state.turns;
  if (first !== undefined && hasJustAsked(first, first.audioMs)) return state;
  return { ...state, lateItemIds: [...state.lateItemIds, itemId].slice(-MAX_LATE_ITEMS) };
}

export function noteHeld(state: SessionState, { turnId, playedMs }: { turnId: string | null; playedMs: number }): Step {
  const { interruption } = state;
  if (interruption === null) return advance(state, []);
  const noted: Interruption = { ...interruption, turnId, playedMs };
  return advance({ ...state, interruption: noted }, soundOf(noted, false));
}

/** A reply that the voice begins while the user's words are waited for is the answer to them. */
export function withAnswer(state: SessionState, turnId: string): SessionState {
  const { interruption } = state;
  if (interruption === null) return state;
  return { ...state, interruption: { ...interruption, answerIds: [...interruption.answerIds, turnId] } };
}

/** The user has stopped: his words are waited for a little longer. */
export function awaitDecision(step: Step): Step {
  const { interruption, turnDetection, detectsTurns } = step.state;
  if (interruption === null || !interruption.isHeld) return step;
  const quickMs = Math.max(LEAST_HELD_WAIT_MS, HELD_AFTER_VOICE_MS - turnDetection.silenceDurationMs);
  const delayMs = detectsTurns && isLong(step.state, interruption) ? SERVICE_WORDS_WAIT_MS : quickMs;
  return andThen(step, (next) => advance(next, [{ type: 'set-timer', name: 'held', delayMs }]));
}

/**
 * Time is up. Who still speaks means it, and so does who spoke for longer than a hum and is being answered; a service answers
 * every sound, so that its answer to a short one says nothing. Otherwise the reply goes on, and late words still count.
 */
export function endHold(state: SessionState): Step {
  const { interruption } = state;
  if (interruption === null || !interruption.isHeld) return advance(state, []);
  const isAnswered = interruption.answerIds.length > 0 && isLong(state, interruption);
  if (state.userItemId !== null || isAnswered) return interruptForGood(state, interruption.answerIds);
  return advance({ ...state, interruption: { ...interruption, isHeld: false } }, goOn(interruption));
}

/** True while the words of this item decide about a reply. */
export function isDecisive(state: SessionState, itemId: string): boolean {
  return state.interruption?.itemIds.includes(itemId) ?? false;
}

/** True when these words of an item, said over a reply, let it go on. */
export function letsGoOn(state: SessionState, itemId: string, words: string): boolean {
  const { language } = state;
  if (words.trim() === '') return true;
  if (wasAsked(state)) return false;
  return isAgreement(words, language) || (isShort(state, itemId) && isScrap(words, language));
}

/** True when an item of the user sounded no longer than a hum or a cough. */
function isShort({ spokenLengths }: SessionState, itemId: string): boolean {
  const heard = spokenLengths.find((item) => item.itemId === itemId);
  return heard !== undefined && heard.voiceMs <= SCRAP_VOICE_MS;
}

function isLong(state: SessionState, { itemIds }: Interruption): boolean {
  return itemIds.some((itemId) => !isShort(state, itemId));
}

/** What the user said over the replies is known. */
export function decide(state: SessionState, itemId: string, goesOn: boolean): Step {
  const { interruption } = state;
  if (interruption === null || !isDecisive(state, itemId)) return advance(state, []);
  if (!goesOn) return interruptForGood(state, interruption.answerIds);
  const itemIds = interruption.itemIds.filter((other) => other !== itemId);
  if (itemIds.length > 0) return advance({ ...state, interruption: { ...interruption, itemIds } }, []);
  return resume(state, interruption);
}

function interruptForGood(state: SessionState, answerIds: readonly string[]): Step {
  // A voice that detects turns answers by itself; what was asked of it before still stands.
  return interrupt(state.detectsTurns ? state : { ...state, ...NOTHING_WANTED }, answerIds);
}

function goOn(interruption: Interruption): readonly SessionEffect[] {
  return [
    { type: 'resume-audio' },
    { type: 'set-avatar-speaking', speaking: true },
    { type: 'clear-timer', name: 'held' },
    ...soundOf(interruption, true),
  ];
}

/** Tells the client where the sound waits, or goes on; nothing, where none was sounding. */
function soundOf({ turnId, playedMs }: Interruption, isPlaying: boolean): readonly SessionEffect[] {
  return turnId === null ? [] : [{ type: 'emit', event: { type: 'reply-sound', turnId, playedMs, isPlaying } }];
}

/** The reply goes on where it was, unless it does already. What the voice began to answer meanwhile is not wanted. */
function resume(state: SessionState, interruption: Interruption): Step {
  const { answerIds, isHeld } = interruption;
  const resumed = advance({ ...state, interruption: null, exchange: null }, isHeld ? goOn(interruption) : []);
  const isAnswered = state.turns.some(({ id }) => answerIds.includes(id));
  if (!isAnswered) return resumed;
  const keptTurnIds = state.turns.map(({ id }) => id).filter((id) => !answerIds.includes(id));
  return andThen(resumed, (next) => interrupt(next, keptTurnIds));
}
