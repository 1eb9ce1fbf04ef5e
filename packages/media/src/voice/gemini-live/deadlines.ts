import { makePassingFailure } from '../shared/voice-failures.ts';
import { askOwn } from './asking.ts';
import { endTurn, endWords, giveUpAsk, releaseReply, settleWords } from './from-wire.ts';
import { andThen, newTurn, type Step, step, type TalkState, type Turn, type Wait, type Words } from './talk-state.ts';

/** From the request for a reply until the service begins it. */
const BEGIN_LIMIT_MS = 10_000;
/** The same, after the service has ended a turn that may have been this one. */
const SUSPECT_LIMIT_MS = 2000;
/** Between two messages of one reply. */
const PROGRESS_LIMIT_MS = 20_000;
/** After all of a reply: its words are transcribed beside its sound, and may be late. */
const LATE_WORDS_MS = 300;
/** The user's words are whole when nothing was added for so long. */
const SETTLE_MS = 120;
/** A reply waits so long for the words that it answers. */
const HOLD_LIMIT_MS = 400;
/** From the end of the user's turn, or its last words, until they are told though no answer comes. */
const NO_WORDS_MS = 5000;
const UNANSWERED_WORDS_MS = 1500;
/** From the user's words until the answer that the service gives of its own accord begins; then we ask for it. */
const ANSWER_LIMIT_MS = 6000;

/** All that is being waited for. Nothing asked of the service goes without an outcome that is told. */
export function waitsOf(state: TalkState): Wait[] {
  const { ask, turn, words, held, answerDue } = state;
  const waits: Wait[] = [];
  if (ask !== null && (turn === null || turn.phase === 'over' || turn.isMuted)) {
    waits.push({
      key: `begin ${ask.turnId} ${ask.isSuspect}`,
      limitMs: ask.isSuspect ? SUSPECT_LIMIT_MS : BEGIN_LIMIT_MS,
      expire: giveUpLate,
    });
  }
  if (turn !== null) waits.push(...turnWaits(turn));
  if (words?.isEnded) waits.push(...wordsWaits(words));
  if (held !== null)
    waits.push({ key: `hold ${turn?.turnId}`, limitMs: HOLD_LIMIT_MS, isRoutine: true, expire: releaseReply });
  if (answerDue !== null && words === null && ask === null) {
    waits.push({ key: `answer ${answerDue}`, limitMs: ANSWER_LIMIT_MS, expire: askOwn });
  }
  return waits;
}

function giveUpLate(state: TalkState): Step {
  const failure = makePassingFailure('Gemini did not answer in time. Please say it again.', 'no reply');
  return giveUpAsk(state, failure, newTurn(state.ask?.turnId ?? '', { isMuted: true }));
}

function turnWaits({ turnId, phase, isMuted, progress }: Turn): Wait[] {
  if (phase === 'done') {
    return [
      {
        key: `late ${turnId} ${progress}`,
        limitMs: LATE_WORDS_MS,
        isRoutine: true,
        expire: (now) => endTurn(now, null),
      },
    ];
  }
  if (phase === 'over' || isMuted) return [];
  const message = 'Gemini stopped in the middle of its answer. Please ask again.';
  const failure = makePassingFailure(message, `no progress of ${turnId}`);
  return [
    { key: `progress ${turnId} ${progress}`, limitMs: PROGRESS_LIMIT_MS, expire: (now) => endTurn(now, failure) },
  ];
}

function wordsWaits({ itemId, text, pieces, isSettled }: Words): Wait[] {
  if (text.trim() === '') return [{ key: `no words ${itemId}`, limitMs: NO_WORDS_MS, expire: endUnanswered }];
  const key = `words ${itemId} ${pieces} ${isSettled}`;
  if (!isSettled) return [{ key, limitMs: SETTLE_MS, isRoutine: true, expire: settleWords }];
  return [{ key, limitMs: UNANSWERED_WORDS_MS, isRoutine: true, expire: endWords }];
}

/** What has no words needs no answer. */
function endUnanswered(state: TalkState): Step {
  return andThen(endWords(state), (next) => step({ ...next, answerDue: null }));
}
