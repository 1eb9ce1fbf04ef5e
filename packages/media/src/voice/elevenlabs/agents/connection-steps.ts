import type { VoiceEvent } from '../../../core/voice-port.ts';
import { endSpeech, loseWords } from './from-agent.ts';
import { andThen, askNext, endLive, type Step, step, type TalkState } from './talk-state.ts';
import { recalled } from './to-agent.ts';

/**
 * A new conversation knows nothing: it is told the talk so far. A reply that was being spoken ends where it is, one that had not
 * begun is asked for again.
 */
export function connected(state: TalkState): Step {
  const { asked, ...others } = state;
  const silent: TalkState = { ...others, asked: [] };
  const ended = andThen(andThen(endLive(silent), endSpeech), loseWords);
  const again = asked.filter(({ isCancelled }) => !isCancelled).map((one) => ({ ...one, isSent: false }));
  const fresh: TalkState = {
    ...ended.state,
    connection: state.connection + 1,
    asked: again,
    interruptedThrough: 0,
    greeting: null,
    awaitedAnswer: null,
    afterTool: 'nothing',
    isGreetingAgain: state.connection > 0 && state.words === 'agent',
  };
  return andThen(step(fresh, recalled(fresh), ended.events), askNext);
}

/** The service stays away: nobody should go on waiting for replies. */
export function giveUp(state: TalkState): Step {
  const open = [...(state.live === null || state.live.isMuted ? [] : [state.live]), ...state.asked];
  const turnIds = open.flatMap((one) => ('isCancelled' in one && one.isCancelled ? [] : [one.turnId]));
  const events = turnIds.map((turnId): VoiceEvent => ({ type: 'turn-done', turnId }));
  return step({ ...state, live: null, asked: [], greeting: null, awaitedAnswer: null }, [], events);
}

/** Nothing has been said, asked or told yet. */
export function isFresh({ memory, asked, typed, greeting, live, hearing, connection }: TalkState): boolean {
  const isQuiet = live === null || live.turnId === greeting?.turnId;
  return connection <= 1 && isQuiet && memory.length + asked.length + typed.length === 0 && hearing === null;
}
