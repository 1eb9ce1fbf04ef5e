import { wireSamplesToMs } from '../../core/audio-format.ts';
import type { VoiceEvent } from '../../core/voice-port.ts';
import { classifyError, type VoiceFailure } from './failures.ts';
import { type Memory, remember, setWords } from './talk-memory.ts';
import {
  andThen,
  askNext,
  changeReply,
  forgetOldReplies,
  newReply,
  type Reply,
  type SpokenItem,
  type Step,
  step,
  type TalkState,
} from './talk-state.ts';
import { cancelResponse } from './to-wire.ts';
import type { ServerMessage, ServiceError } from './wire-messages.ts';

type MessageOf<Type extends ServerMessage['type']> = Extract<ServerMessage, { type: Type }>;

/** What a message of the service means for the talk. Messages of replies that were cancelled are dropped. */
export function fromWire(state: TalkState, message: ServerMessage): Step {
  switch (message.type) {
    case 'session.created':
    case 'session.updated':
      return step(state);
    case 'error':
      return handleError(state, message.error);
    case 'input_audio_buffer.speech_started':
      return beginSpeech(state, message.item_id, message.audio_start_ms);
    case 'input_audio_buffer.speech_stopped':
      return endSpeech(state, message.item_id, message.audio_end_ms);
    case 'input_audio_buffer.committed':
      return noteCommit(state, message.item_id);
    case 'conversation.item.input_audio_transcription.delta':
      return tell(state, { type: 'user-transcript-delta', itemId: message.item_id, text: message.delta });
    case 'conversation.item.input_audio_transcription.completed':
      return endTranscript(state, message.item_id, message.transcript.trim());
    case 'conversation.item.input_audio_transcription.failed':
      return endTranscript(state, message.item_id, '');
    case 'response.created':
      return beginReply(state, message.response);
    case 'response.output_item.added':
      return noteItem(state, message);
    case 'response.output_audio.delta':
      return passSound(state, message);
    case 'response.output_audio_transcript.delta':
    case 'response.output_text.delta':
      return passWords(state, message.response_id, message.delta);
    case 'response.function_call_arguments.delta':
      return passCallDelta(state, message);
    case 'response.function_call_arguments.done':
      return passCall(state, message);
    case 'response.done':
      return endReply(state, message.response);
  }
}

function tell(state: TalkState, ...events: readonly VoiceEvent[]): Step {
  return step(state, [], events);
}

export function failedEvent({ category, retryable, message }: VoiceFailure): VoiceEvent {
  return { type: 'failed', category, retryable, message };
}

function beginSpeech(state: TalkState, itemId: string, startMs: number): Step {
  const hearing = { itemId, startMs };
  return tell({ ...state, hearing }, { type: 'user-speech-started', itemId, audioStartMs: startMs });
}

function endSpeech(state: TalkState, itemId: string, endMs: number): Step {
  const memory = keepPlace(state.memory, itemId);
  return tell({ ...state, memory, hearing: null }, { type: 'user-speech-stopped', itemId, audioEndMs: endMs });
}

/** The service has taken the sound. After a commit of the client it does not answer by itself. */
function noteCommit(state: TalkState, itemId: string): Step {
  const kept = { ...state, memory: keepPlace(state.memory, itemId), isCommitting: false };
  return step(kept, state.isCommitting ? [{ type: 'response.create', event_id: 'answer', response: {} }] : []);
}

/** The words come after the answer has begun, but belong before it. */
function keepPlace(memory: Memory, itemId: string): Memory {
  const isKnown = memory.some((item) => item.kind === 'message' && item.key === itemId);
  return isKnown ? memory : setWords(memory, 'user', itemId, '');
}

function endTranscript(state: TalkState, itemId: string, text: string): Step {
  const memory = setWords(state.memory, 'user', itemId, text);
  return tell({ ...state, memory }, { type: 'user-transcript-done', itemId, text });
}

function beginReply(state: TalkState, response: MessageOf<'response.created'>['response']): Step {
  const turnId = response.metadata?.turn_id;
  const echoesMetadata = state.echoesMetadata || typeof turnId === 'string';
  const asked = state.replies.find((reply) =>
    echoesMetadata ? reply.turnId === turnId && reply.phase === 'asked' : reply.phase === 'asked',
  );
  const known = { ...state, echoesMetadata };
  if (asked !== undefined) {
    const begun = changeReply(known, asked.turnId, { phase: 'generating', responseId: response.id });
    return step(begun, asked.isCancelled ? [cancelResponse(response.id)] : []);
  }
  const unasked: Reply = {
    ...newReply(`reply_${state.connection}_${response.id}`, null),
    phase: 'generating',
    responseId: response.id,
  };
  return tell({ ...known, replies: [...known.replies, unasked] }, { type: 'turn-started', turnId: unasked.turnId });
}

/** The reply that is being generated under this response, unless it was cancelled. */
function liveReply(state: TalkState, responseId: string): Reply | undefined {
  return state.replies.find((reply) => reply.responseId === responseId && !reply.isCancelled);
}

function noteItem(state: TalkState, { response_id, item }: MessageOf<'response.output_item.added'>): Step {
  const reply = liveReply(state, response_id);
  if (reply === undefined || item.type !== 'function_call') return step(state);
  const call = { callId: item.call_id ?? item.id, name: item.name ?? '' };
  return step(changeReply(state, reply.turnId, { calls: { ...reply.calls, [item.id]: call } }));
}

function passSound(state: TalkState, message: MessageOf<'response.output_audio.delta'>): Step {
  const reply = liveReply(state, message.response_id);
  const bytes = Buffer.from(message.delta, 'base64');
  const sampleCount = bytes.length >> 1;
  if (reply === undefined || sampleCount === 0) return step(state);
  const pcm = new Int16Array(sampleCount);
  Buffer.from(pcm.buffer).set(bytes.subarray(0, sampleCount * 2));
  const spoken = lengthen(reply.spoken, message, wireSamplesToMs(sampleCount));
  const heard = { ...changeReply(state, reply.turnId, { spoken }), hasSpoken: true };
  return tell(heard, { type: 'audio', turnId: reply.turnId, pcm });
}

function lengthen(
  spoken: readonly SpokenItem[],
  { item_id: itemId, content_index: contentIndex }: { item_id: string; content_index: number },
  durationMs: number,
): SpokenItem[] {
  if (!spoken.some((item) => item.itemId === itemId)) return [...spoken, { itemId, contentIndex, audioMs: durationMs }];
  return spoken.map((item) => (item.itemId === itemId ? { ...item, audioMs: item.audioMs + durationMs } : item));
}

function passWords(state: TalkState, responseId: string, delta: string): Step {
  const reply = liveReply(state, responseId);
  if (reply === undefined || delta === '') return step(state);
  const text = reply.text + delta;
  const memory = setWords(state.memory, 'assistant', reply.turnId, text);
  const { turnId } = reply;
  return tell({ ...changeReply(state, turnId, { text }), memory }, { type: 'text-delta', turnId, text: delta });
}

function passCallDelta(state: TalkState, message: MessageOf<'response.function_call_arguments.delta'>): Step {
  const reply = liveReply(state, message.response_id);
  if (reply === undefined) return step(state);
  const call = reply.calls[message.item_id];
  const callId = message.call_id ?? call?.callId ?? message.item_id;
  const { turnId } = reply;
  return tell(state, { type: 'tool-call-delta', turnId, callId, name: call?.name ?? '', delta: message.delta });
}

function passCall(state: TalkState, message: MessageOf<'response.function_call_arguments.done'>): Step {
  const reply = liveReply(state, message.response_id);
  if (reply === undefined) return step(state);
  const call = reply.calls[message.item_id];
  const callId = message.call_id ?? call?.callId ?? message.item_id;
  const name = message.name ?? call?.name ?? '';
  const argumentsJson = message.arguments;
  const memory = remember(state.memory, { kind: 'tool-call', callId, name, argumentsJson });
  return tell({ ...state, memory }, { type: 'tool-call-done', turnId: reply.turnId, callId, name, argumentsJson });
}

function endReply(state: TalkState, response: MessageOf<'response.done'>['response']): Step {
  const reply = state.replies.find(({ responseId }) => responseId === response.id);
  if (reply === undefined) return askNext(state);
  const ended = forgetOldReplies(changeReply(state, reply.turnId, { phase: 'done' }));
  const events: VoiceEvent[] = [];
  if (response.status === 'failed') {
    events.push(failedEvent(classifyError(response.status_details?.error ?? { code: 'server_error' })));
  }
  if (!reply.isCancelled) events.push({ type: 'turn-done', turnId: reply.turnId });
  return andThen(tell(ended, ...events), askNext);
}

/** Inputs whose refusal changes nothing for the user: what they wanted is so already, or is lost with no harm. */
const HARMLESS_ORIGIN = /^(cancel|truncate|delete|commit|answer|item_\d+)$/;
const HARMLESS_CODE = /response_cancel_not_active|commit_empty|item_truncate|item_delete|item_not_found/;
const BUSY_CODE = 'conversation_already_has_active_response';

export function isSessionExpiry(error: ServiceError): boolean {
  return error.code === 'session_expired';
}

/** The service refuses something. Lasting failures end the talk; the session expiring is no failure. */
function handleError(state: TalkState, error: ServiceError): Step {
  if (isSessionExpiry(error)) return step(state);
  const reply = state.replies.find(({ eventId, phase }) => phase === 'asked' && eventId === error.event_id);
  if (reply !== undefined && error.code === BUSY_CODE) {
    return step(changeReply(state, reply.turnId, { phase: 'waiting' }));
  }
  const failure = classifyError(error);
  const isHarmless =
    HARMLESS_ORIGIN.test(error.event_id ?? '') || HARMLESS_CODE.test(error.code ?? '') || error.code === BUSY_CODE;
  if (failure.category === 'invalid-request' && isHarmless) return step({ ...state, isCommitting: false });
  // A refused request is the fault of one input; the talk goes on.
  const event = failedEvent({ ...failure, retryable: failure.retryable || failure.category === 'invalid-request' });
  if (reply === undefined) return tell(state, event);
  const dropped = { ...state, replies: state.replies.filter((other) => other !== reply) };
  const done: VoiceEvent[] = reply.isCancelled ? [] : [{ type: 'turn-done', turnId: reply.turnId }];
  return andThen(tell(dropped, event, ...done), askNext);
}
