import { msToWireSamples } from '../../core/audio-format.ts';
import { failedEvent, makePassingFailure } from '../shared/voice-failures.ts';
import { askNext, askOwn } from './asking.ts';
import { endTurn, endWords, fade, releaseReply } from './from-live.ts';
import { andThen, type Step, step, type TalkState, type Turn, type Wait, type Words } from './talk-state.ts';
import { soundMessage } from './wire-messages.ts';

/** The service's time stands still without sound: silence is sent where there is none. */
const TICK_MS = 100;
const SILENCE = new Int16Array(msToWireSamples(TICK_MS));
/** A reply is over when nothing was heard of it for so long. */
const QUIET_MS = 600;
const LAST_LOOK_MS = 100;
/** From the request for a reply until the service begins it. */
const BEGIN_LIMIT_MS = 10_000;
/** From the request to stop until the next reply is asked for all the same. */
const STOP_LIMIT_MS = 5000;
/** The user's words are whole when nothing was added for so long. */
const SETTLE_MS = 500;
const NO_WORDS_MS = 3000;
/** A reply waits so long for the words that it answers, or for the end of the user's turn. */
const HOLD_LIMIT_MS = 600;
const TURN_HOLD_LIMIT_MS = 3000;
/** From the user's words until the answer that the service gives of its own accord begins; then we ask for it. */
const ANSWER_LIMIT_MS = 8000;

export function waitsOf(state: TalkState): Wait[] {
  const { tick, ask, queue, turn, words, held, hearing, answerDue } = state;
  const waits: Wait[] = [{ key: `tick ${tick}`, limitMs: TICK_MS, isRoutine: true, expire: keepTime }];
  if (ask !== null) waits.push({ key: `begin ${ask.turnId}`, limitMs: BEGIN_LIMIT_MS, expire: giveUpAsk });
  if (turn !== null) waits.push(quietWait(turn));
  if (turn?.isMuted && queue.length > 0) {
    waits.push({ key: `stop ${turn.turnId}`, limitMs: STOP_LIMIT_MS, expire: endTurn });
  }
  if (words?.isEnded) waits.push(wordsWait(words));
  if (held !== null) {
    const limitMs = hearing === null ? HOLD_LIMIT_MS : TURN_HOLD_LIMIT_MS;
    waits.push({ key: `hold ${turn?.turnId} ${hearing}`, limitMs, isRoutine: true, expire: releaseReply });
  }
  if (answerDue !== null && words === null && ask === null && turn === null) {
    waits.push({ key: `answer ${answerDue}`, limitMs: ANSWER_LIMIT_MS, expire: askOwn });
  }
  return waits;
}

function quietWait({ turnId, pieces, isFading }: Turn): Wait {
  const key = `quiet ${turnId} ${pieces} ${isFading}`;
  return isFading
    ? { key, limitMs: LAST_LOOK_MS, isRoutine: true, expire: endTurn }
    : { key, limitMs: QUIET_MS, isRoutine: true, expire: fade };
}

function keepTime(state: TalkState): Step {
  const ticked = { ...state, tick: state.tick + 1, hasSent: false };
  return step(ticked, state.hasSent ? [] : [soundMessage(SILENCE)]);
}

function wordsWait({ itemId, text, pieces }: Words): Wait {
  const limitMs = text.trim() === '' ? NO_WORDS_MS : SETTLE_MS;
  return { key: `words ${itemId} ${pieces}`, limitMs, isRoutine: true, expire: endWords };
}

function giveUpAsk(state: TalkState): Step {
  const { ask } = state;
  if (ask === null) return step(state);
  const failure = makePassingFailure('GPT-Live did not answer in time. Please say it again.', 'no reply');
  const events = [failedEvent(failure), { type: 'turn-done', turnId: ask.turnId } as const];
  return andThen(step({ ...state, ask: null }, [], events), askNext);
}
