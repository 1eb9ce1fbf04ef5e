import type { SessionEvent } from '@visavis/media/session-events';
import { addUsage } from '@visavis/protocol';
import { releaseHeld, respondNow } from './reduce-client.ts';
import {
  addCallDelta,
  addSound,
  addWords,
  beginResponse,
  endResponse,
  finishCall,
  finishReply,
  noteSound,
} from './responses.ts';
import {
  addItem,
  andThen,
  changeResponse,
  errorMessage,
  type Item,
  keepLast,
  type Open,
  type OpenAiStep,
  send,
  step,
  withItem,
} from './state.ts';
import { heardTokens, textTokens } from './usage.ts';

type EventOf<Type extends SessionEvent['type']> = Extract<SessionEvent, { type: Type }>;

/** What an event of the session means for the client. Fatal failures and the end are not decided here. */
export function reduceSession(state: Open, event: SessionEvent): OpenAiStep<Open> {
  switch (event.type) {
    case 'user-speech-started':
      return beginSpeech(state, event);
    case 'user-speech-stopped':
      return endSpeech(state, event);
    case 'user-transcript-done':
      return noteWords(state, event);
    case 'reply-started':
      return beginResponse(state, event.turnId);
    case 'reply-text-delta':
      return addWords(state, event);
    case 'reply-audio':
      return addSound(state, event);
    case 'reply-sound':
      return noteSound(state, event);
    case 'tool-call-delta':
      return addCallDelta(state, event);
    case 'tool-call-done':
      return finishCall(state, event);
    case 'reply-generated':
      return endResponse(state, event.turnId, true);
    case 'reply-done':
      return finishReply(state, event);
    case 'answered-by':
      return step({ ...state, answeredBy: event.by, asked: event.by === 'operator' ? [] : state.asked });
    case 'usage':
      return step({ ...state, counted: addUsage(state.counted, event.part, event.amounts) });
    case 'failed':
      return reportTrouble(state, event);
    default:
      return step(state);
  }
}

/** Whoever gets sound by the socket has it all already, and throws it away now: so does this side. */
function beginSpeech(state: Open, { itemId, audioStartMs }: EventOf<'user-speech-started'>): OpenAiStep<Open> {
  const heardMs = { ...state.heardMs, startMs: audioStartMs };
  // What was asked for and has not begun may be forgotten for what he says now: nobody waits for it.
  const begun = releaseHeld({ ...state, userItemId: itemId, heardMs, asked: [] });
  if (state.view.turnDetection === null) return begun;
  const told = andThen(begun, (next) =>
    step(
      next,
      send({ type: 'input_audio_buffer.speech_started', audio_start_ms: Math.round(audioStartMs), item_id: itemId }),
    ),
  );
  const isInterrupted = state.view.turnDetection.interruptsResponse;
  if (state.isByPeer || !isInterrupted || state.responses.length === 0) return told;
  return andThen(told, (next) =>
    step(
      {
        ...next,
        responses: next.responses.map((one) => ({ ...one, cancelledBy: one.cancelledBy ?? 'turn_detected' })),
      },
      {
        type: 'command',
        command: { type: 'interrupt' },
      },
    ),
  );
}

function endSpeech(state: Open, { itemId, audioEndMs }: EventOf<'user-speech-stopped'>): OpenAiStep<Open> {
  const heardMs = { startMs: state.heardMs.startMs, totalMs: audioEndMs - state.heardMs.startMs };
  const ended: Open = { ...state, userItemId: null, heardMs };
  if (state.droppedItems.includes(itemId)) return step(ended);
  const audio = ended.unreadTokens.audio + heardTokens(heardMs.totalMs);
  const awaited: Open = {
    ...ended,
    awaitedWords: keepLast(ended.awaitedWords, itemId),
    unreadTokens: { ...ended.unreadTokens, audio },
  };
  const stopped =
    state.view.turnDetection === null
      ? step(awaited)
      : step(
          awaited,
          send({ type: 'input_audio_buffer.speech_stopped', audio_end_ms: Math.round(audioEndMs), item_id: itemId }),
        );
  return andThen(stopped, (next) => commitItem(next, itemId));
}

/** The sound is a part of the conversation now. */
export function commitItem(state: Open, itemId: string): OpenAiStep<Open> {
  const previous = state.items.at(-1)?.id ?? null;
  const told = step(state, send({ type: 'input_audio_buffer.committed', item_id: itemId, previous_item_id: previous }));
  return andThen(told, (next) => addItem(next, heardItem(itemId, null)));
}

function heardItem(itemId: string, transcript: string | null): Item {
  return {
    id: itemId,
    type: 'message',
    status: 'completed',
    role: 'user',
    content: [{ type: 'input_audio', transcript }],
  };
}

function noteWords(state: Open, { itemId, text }: EventOf<'user-transcript-done'>): OpenAiStep<Open> {
  const awaitedWords = state.awaitedWords.filter((other) => other !== itemId);
  if (state.droppedItems.includes(itemId)) {
    return step({ ...state, droppedItems: state.droppedItems.filter((other) => other !== itemId) });
  }
  const unreadTokens = { ...state.unreadTokens, text: state.unreadTokens.text + textTokens(text) };
  const known = withItem({ ...state, awaitedWords, unreadTokens }, heardItem(itemId, text));
  const seconds = Math.round(state.heardMs.totalMs) / 1000;
  const told = {
    type: 'conversation.item.input_audio_transcription.completed',
    item_id: itemId,
    content_index: 0,
    transcript: text,
    usage: { type: 'duration', seconds },
  };
  return andThen(step(known, ...(state.view.transcription === null ? [] : [send(told)])), answerCommit);
}

/** What the client asked for while its words were looked for. */
export function answerCommit(state: Open): OpenAiStep<Open> {
  const { commit } = state;
  if (commit === null) return step(state);
  const settled = step<Open>({ ...state, commit: null }, { type: 'cancel', timer: 'commit' });
  const { wish } = commit;
  return wish === null ? settled : andThen(settled, (next) => respondNow(next, wish));
}

/** A passing failure of the voice is told with the response that it ends. */
function reportTrouble(state: Open, { code, message }: EventOf<'failed'>): OpenAiStep<Open> {
  const log = { type: 'log', level: 'warn', text: 'Trouble in a call', fields: { code, detail: message } } as const;
  const response = state.responses.find(({ isTold }) => !isTold);
  if (code === 'voice-failed' && response !== undefined) {
    return step(changeResponse(state, response.turnId, { failure: { code, message } }), log);
  }
  return step(state, log, errorMessage({ type: 'server_error', code, text: message }, null));
}
