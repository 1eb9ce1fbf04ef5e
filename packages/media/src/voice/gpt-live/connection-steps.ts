import type { VoiceEvent } from '../../core/voice-port.ts';
import { ownAsk } from './asking.ts';
import { endWords, releaseReply } from './from-live.ts';
import { settingsOf } from './live-settings.ts';
import { type Ask, andThen, type MemoryItem, type Step, step, type TalkState } from './talk-state.ts';
import type { HistoryMessage } from './wire-messages.ts';

/** A new session is begun with the talk so far. What was being said ends; what was asked for is asked for again. */
export function connected(state: TalkState): Step {
  const told = andThen(releaseReply(state), (next) => (next.words?.isEnded ? endWords(next) : step(next)));
  const { ask, turn, queue, memory, answerDue } = told.state;
  const settings = settingsOf(state.config, state.backend);
  const toldSettings = JSON.stringify(settings);
  const input = memory.filter(({ text }) => text !== '').map(toMessage);
  const next: TalkState = {
    ...told.state,
    connection: state.connection + 1,
    nextId: state.nextId + 1,
    toldSettings,
    wantedSettings: toldSettings,
    isReady: false,
    hasSent: false,
    ask: null,
    turn: null,
    earlyText: '',
    isNextVoid: false,
    answerDue: null,
    calls: [],
    hasResults: false,
    countedSeconds: 0,
    held: null,
    queue: [...(ask === null ? [] : [again(ask)]), ...(answerDue === null ? [] : [ownAsk(state)]), ...queue],
  };
  const events: VoiceEvent[] = turn === null || turn.isMuted ? [] : [{ type: 'turn-done', turnId: turn.turnId }];
  const session = input.length === 0 ? settings : { ...settings, input };
  return { state: next, messages: [{ type: 'session.start', session }], events: [...told.events, ...events] };
}

/** Results of tools are in the talk that the new session is told. */
function again(ask: Ask): Ask {
  return ask.contents.length === 0 ? { ...ask, contents: ['Go on with the results of the tools.'] } : ask;
}

function toMessage({ role, text }: MemoryItem): HistoryMessage {
  if (role === 'assistant') return { role, content: [{ type: 'output_text', text }] };
  return { role: role === 'user' ? 'user' : 'developer', content: [{ type: 'input_text', text }] };
}

/** The service stays away: nobody should go on waiting for replies. */
export function giveUpReplies(state: TalkState): Step {
  const { ask, turn, queue } = state;
  const open = [ask, turn?.isMuted ? null : turn, ...queue].filter((reply) => reply !== null);
  return andThen(releaseReply(state), (next) =>
    step(
      { ...next, ask: null, queue: [], turn: null },
      [],
      open.map(({ turnId }) => ({ type: 'turn-done', turnId })),
    ),
  );
}

/** Settings hold as long as a session: new ones begin in another, when nobody speaks. */
export function wantsNewConnection(state: TalkState): boolean {
  const { isReady, hearing, words, answerDue, queue, ask, turn, calls, hasResults } = state;
  if (!isReady || state.toldSettings === state.wantedSettings) return false;
  const isQuiet = hearing === null && words === null && answerDue === null && !hasResults;
  return isQuiet && ask === null && turn === null && queue.length === 0 && calls.length === 0;
}
