import type { VoiceEvent } from '../../core/voice-port.ts';
import { replayItems } from './talk-memory.ts';
import { andThen, askNext, type Reply, type Step, step, type TalkState } from './talk-state.ts';
import { tellSettings } from './to-wire.ts';
import type { ClientMessage } from './wire-messages.ts';

/**
 * A new connection knows nothing: it is told the settings and the talk so far. Replies that had not made a sound are asked
 * for again; one that was cut off ends where it is.
 */
export function connected(state: TalkState): Step {
  const ended = state.replies.filter((reply) => reply.phase === 'generating' && !reply.isCancelled && hasBegun(reply));
  const again = state.replies
    .filter((reply) => reply.phase !== 'done' && !reply.isCancelled && !ended.includes(reply))
    .map(
      (reply): Reply => ({
        ...reply,
        request: reply.request ?? {},
        phase: 'waiting',
        eventId: null,
        responseId: null,
        isSuspect: false,
        asks: 0,
        calls: {},
      }),
    );
  const fresh: TalkState = {
    ...state,
    connection: state.connection + 1,
    replies: again,
    hasSpoken: false,
    isCommitting: false,
    hearing: null,
    sentItems: [],
    sentSettings: [],
    awaitedWords: [],
    awaitedAnswer: null,
  };
  const items = replayItems(state.memory).map(
    (item, index): ClientMessage => ({
      type: 'conversation.item.create',
      event_id: `replay_${state.nextId + index}`,
      item,
    }),
  );
  const told = andThen(tellSettings({ ...fresh, nextId: fresh.nextId + items.length }, fresh.config), (next) =>
    step(next, items, [
      ...endOfHearing(state),
      ...ended.map(({ turnId }): VoiceEvent => ({ type: 'turn-done', turnId })),
    ]),
  );
  return andThen(told, askNext);
}

/** The service stays away: nobody should go on waiting for replies. */
export function giveUpReplies(state: TalkState): Step {
  const open = state.replies.filter(({ phase, isCancelled }) => phase !== 'done' && !isCancelled);
  return step(
    { ...state, replies: [], isCommitting: false },
    [],
    open.map(({ turnId }) => ({ type: 'turn-done', turnId })),
  );
}

/** What the user was saying is lost with the connection, and so are words that had not been told yet. */
function endOfHearing({ hearing, awaitedWords }: TalkState): VoiceEvent[] {
  const events = awaitedWords.map((itemId): VoiceEvent => ({ type: 'user-transcript-done', itemId, text: '' }));
  if (hearing === null) return events;
  const { itemId, startMs } = hearing;
  return [
    ...events,
    { type: 'user-speech-stopped', itemId, audioEndMs: startMs },
    { type: 'user-transcript-done', itemId, text: '' },
  ];
}

function hasBegun({ spoken, text, calls }: Reply): boolean {
  return spoken.length > 0 || text !== '' || Object.keys(calls).length > 0;
}
