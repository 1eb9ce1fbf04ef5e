import type { Wait } from '../../shared/open-waits.ts';
import { failedEvent, makePassingFailure } from '../../shared/voice-failures.ts';
import { endSpeech, loseWords } from './from-agent.ts';
import { andThen, askNext, endLive, type Live, type Step, step, type TalkState } from './talk-state.ts';
import type { ClientMessage } from './wire-messages.ts';

type AgentWait = Wait<TalkState, ClientMessage>;

/** From the request for a reply until it begins. */
const BEGIN_LIMIT_MS = 15_000;
/** From the words of a reply to its sound. */
const SOUND_LIMIT_MS = 8000;
/** Without more sound, and after what there was has been played, a reply is over. */
const QUIET_MS = 1500;
/** The same, where all of its words have been spoken. */
const WHOLE_QUIET_MS = 300;
const AFTER_PLAYING_MS = 300;
/** From the last sign that the user speaks. */
const SILENT_USER_MS = 2500;
const WORDS_LIMIT_MS = 10_000;
const ANSWER_LIMIT_MS = 20_000;

/** What the agent owes us, and what time alone tells. */
export function waitsOf(state: TalkState, nowMs: number): AgentWait[] {
  const waits: AgentWait[] = [];
  const { live, asked, hearing, awaitedWords, awaitedAnswer } = state;
  const [first] = asked;
  if (live !== null) {
    const limitMs = quietLimitMs(live, state.playsUntilMs - nowMs);
    waits.push({ key: `quiet ${live.turnId} ${live.progress} ${live.isMuted}`, limitMs, expire: endLive });
  } else if (first?.isSent) {
    waits.push({ key: `begin ${first.turnId}`, limitMs: BEGIN_LIMIT_MS, expire: giveUpAsked });
  }
  if (hearing !== null) {
    const key = `speech ${hearing.itemId} ${hearing.signs}`;
    waits.push({ key, limitMs: SILENT_USER_MS, expire: endSpeech });
  }
  if (awaitedWords !== null) waits.push({ key: `words ${awaitedWords}`, limitMs: WORDS_LIMIT_MS, expire: loseWords });
  if (awaitedAnswer !== null && live === null && hearing === null) {
    waits.push({ key: `answer ${awaitedAnswer}`, limitMs: ANSWER_LIMIT_MS, expire: missAnswer });
  }
  return waits;
}

function quietLimitMs({ audioMs, isMuted, isTimed, whole, told, openWord }: Live, playsForMs: number): number {
  if (audioMs === 0) return SOUND_LIMIT_MS;
  const spoken = told + (openWord?.text ?? '');
  if (isTimed && whole !== null && spoken.trim().length >= whole.length) return WHOLE_QUIET_MS;
  return isMuted ? QUIET_MS : Math.max(QUIET_MS, playsForMs + AFTER_PLAYING_MS);
}

function giveUpAsked(state: TalkState): Step {
  const [first, ...others] = state.asked;
  if (first === undefined) return step(state);
  const failure = makePassingFailure('The agent did not answer in time. Please say it again.', first.turnId);
  const events = [failedEvent(failure), { type: 'turn-done', turnId: first.turnId } as const];
  return andThen(step({ ...state, asked: others }, [], first.isCancelled ? [] : events), askNext);
}

/** An agent may let words stand, and may be asked again. */
function missAnswer(state: TalkState): Step {
  const failure = makePassingFailure('The agent did not answer. Please say it again.', state.awaitedAnswer ?? '');
  return step({ ...state, awaitedAnswer: null }, [], [{ ...failedEvent(failure), endsReply: false }]);
}
