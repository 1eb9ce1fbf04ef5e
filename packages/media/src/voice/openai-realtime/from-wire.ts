import { wireSamplesToMs } from '../../core/audio-format.ts';
import type { VoiceEvent } from '../../core/voice-port.ts';
import { pcmOfBase64 } from '../shared/pcm-bytes.ts';
import { failedEvent, makePassingFailure, type VoiceFailure } from '../shared/voice-failures.ts';
import { amountsOfReply, amountsOfTranscript } from './counted-usage.ts';
import { classifyError } from './failures.ts';
import { handleError } from './service-errors.ts';
import { type Memory, remember, setWords } from './talk-memory.ts';
import {
  andThen,
  askNext,
  askOwn,
  changeReply,
  forgetOldReplies,
  newReply,
  type Reply,
  type SpokenItem,
  type Step,
  step,
  type TalkState,
} from './talk-state.ts';
import { cancelResponse, kindOfItem } from './to-wire.ts';
import type { ServerMessage } from './wire-messages.ts';

/** Items of the user whose words may be on their way together. */
const MAX_AWAITED_WORDS = 16;

const INCOMPLETE_REASONS: Readonly<Record<string, string>> = {
  max_output_tokens: 'The answer was cut off, because it grew longer than the voice service allows.',
  content_filter: "The answer was cut off by the voice service's content filter.",
};

type MessageOf<Type extends ServerMessage['type']> = Extract<ServerMessage, { type: Type }>;

/** What a message of the service means for the talk. Messages of replies that were cancelled are dropped. */
export function fromWire(state: TalkState, message: ServerMessage): Step {
  return readMessage('response_id' in message ? noteProgress(state, message.response_id) : state, message);
}

function readMessage(state: TalkState, message: ServerMessage): Step {
  switch (message.type) {
    case 'session.created':
      return step(state);
    case 'session.updated':
      return step(confirmed({ ...state, sentSettings: state.sentSettings.slice(1) }, 'settings'));
    case 'conversation.item.added':
      return confirmItem(state, message.item);
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
      return andThen(countTranscript(state, message), (next) =>
        endTranscript(next, message.item_id, message.transcript.trim()),
      );
    case 'conversation.item.input_audio_transcription.failed':
      return loseTranscript(state, message.item_id);
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
      return andThen(countReply(state, message.response), (next) => endReply(next, message.response));
  }
}

function tell(state: TalkState, ...events: readonly VoiceEvent[]): Step {
  return step(state, [], events);
}

function confirmed(state: TalkState, what: keyof TalkState['confirms']): TalkState {
  return state.confirms[what] === 'yes' ? state : { ...state, confirms: { ...state.confirms, [what]: 'yes' } };
}

function noteProgress(state: TalkState, responseId: string): TalkState {
  const reply = state.replies.find((candidate) => candidate.responseId === responseId);
  return reply === undefined ? state : changeReply(state, reply.turnId, { progress: reply.progress + 1 });
}

/** The service has taken an item. Those that it made of the user's sound or said itself were not sent. */
function confirmItem(state: TalkState, item: MessageOf<'conversation.item.added'>['item']): Step {
  if (state.memory.some((known) => known.kind === 'message' && known.key === item.id)) return step(state);
  const kind = kindOfItem(item);
  const index = state.sentItems.findIndex((sent) => sent.kind === kind);
  if (index < 0) return step(state);
  return step(confirmed({ ...state, sentItems: state.sentItems.toSpliced(index, 1) }, 'items'));
}

function beginSpeech(state: TalkState, itemId: string, startMs: number): Step {
  const hearing = { itemId, startMs };
  return tell(
    { ...state, hearing, awaitedAnswer: null },
    { type: 'user-speech-started', itemId, audioStartMs: startMs },
  );
}

function endSpeech(state: TalkState, itemId: string, endMs: number): Step {
  const memory = keepPlace(state.memory, itemId);
  const awaitedAnswer = answersTurns(state) ? { itemId, hasWords: false } : null;
  const awaited = awaitWords({ ...state, memory, hearing: null, awaitedAnswer }, itemId);
  return tell(awaited, { type: 'user-speech-stopped', itemId, audioEndMs: endMs });
}

function awaitWords(state: TalkState, itemId: string): TalkState {
  if (state.awaitedWords.includes(itemId)) return state;
  return { ...state, awaitedWords: [...state.awaitedWords, itemId].slice(-MAX_AWAITED_WORDS) };
}

/** The service has taken the sound. After a commit of the client it does not answer by itself. */
function noteCommit(state: TalkState, itemId: string): Step {
  const kept = awaitWords({ ...state, memory: keepPlace(state.memory, itemId), isCommitting: false }, itemId);
  if (!state.isCommitting) return step(kept);
  const told = state.config.turnDetection.endsBy === 'client' ? tellTurn(kept, itemId) : step(kept);
  return answersTurns(state) ? andThen(told, askOwn) : told;
}

/** Nobody but the client knows where a turn begins that it ends: it is told of as a whole. */
function tellTurn(state: TalkState, itemId: string): Step {
  return tell(
    { ...state, uncommittedMs: 0 },
    { type: 'user-speech-started', itemId, audioStartMs: 0 },
    { type: 'user-speech-stopped', itemId, audioEndMs: Math.round(state.uncommittedMs) },
  );
}

function answersTurns({ config }: TalkState): boolean {
  return config.answersTurns !== false;
}

/** The words come after the answer has begun, but belong before it. */
function keepPlace(memory: Memory, itemId: string): Memory {
  const isKnown = memory.some((item) => item.kind === 'message' && item.key === itemId);
  return isKnown ? memory : setWords(memory, 'user', itemId, '');
}

function endTranscript(state: TalkState, itemId: string, text: string): Step {
  const memory = setWords(state.memory, 'user', itemId, text);
  const awaitedWords = state.awaitedWords.filter((other) => other !== itemId);
  const isAwaited = state.awaitedAnswer?.itemId === itemId;
  // What has no words needs no answer.
  const awaitedAnswer = isAwaited ? (text === '' ? null : { itemId, hasWords: true }) : state.awaitedAnswer;
  const heard = confirmed({ ...state, memory, awaitedWords, awaitedAnswer }, 'words');
  return tell(heard, { type: 'user-transcript-done', itemId, text });
}

function countTranscript(
  state: TalkState,
  { usage }: MessageOf<'conversation.item.input_audio_transcription.completed'>,
): Step {
  const amounts = amountsOfTranscript(usage);
  return amounts === null ? step(state) : tell(state, { type: 'usage', part: 'recogniser', amounts });
}

/** Also of replies that were cancelled, or that nobody knows: they cost the same. */
function countReply(state: TalkState, { usage }: MessageOf<'response.done'>['response']): Step {
  const amounts = amountsOfReply(usage);
  return amounts === null ? step(state) : tell(state, { type: 'usage', part: 'voice', amounts });
}

/** The user was heard, but his words will not come. */
export function loseTranscript(state: TalkState, itemId: string): Step {
  const message = 'The voice service could not write down what you said. If no answer comes, please say it again.';
  const failure = { ...failedEvent(makePassingFailure(message, itemId)), endsReply: false } as const;
  const isSilent = state.confirms.words === 'no';
  const awaitedWords = state.awaitedWords.filter((other) => other !== itemId);
  const events: VoiceEvent[] = [{ type: 'user-transcript-done', itemId, text: '' }];
  return tell({ ...state, awaitedWords }, ...events, ...(isSilent ? [] : [failure]));
}

function beginReply(state: TalkState, response: MessageOf<'response.created'>['response']): Step {
  const turnId = response.metadata?.turn_id;
  const echoesMetadata = state.echoesMetadata || typeof turnId === 'string';
  const asked = state.replies.find((reply) =>
    echoesMetadata ? reply.turnId === turnId && (reply.phase === 'asked' || isGivenUp(reply)) : reply.phase === 'asked',
  );
  const known: TalkState = { ...state, echoesMetadata, awaitedAnswer: null };
  if (asked !== undefined) {
    const begun = changeReply(known, asked.turnId, { phase: 'generating', responseId: response.id });
    if (asked.isCancelled) return step(begun, [cancelResponse(response.id)]);
    return tell(begun, ...(asked.isOwn ? [{ type: 'turn-started', turnId: asked.turnId } as const] : []));
  }
  const unasked: Reply = {
    ...newReply(`reply_${state.connection}_${response.id}`, null),
    phase: 'generating',
    responseId: response.id,
  };
  return tell({ ...known, replies: [...known.replies, unasked] }, { type: 'turn-started', turnId: unasked.turnId });
}

/** It was not begun in time, and nobody waits for it any more. */
function isGivenUp({ phase, isCancelled, responseId }: Reply): boolean {
  return phase === 'done' && isCancelled && responseId === null;
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
  const pcm = pcmOfBase64(message.delta);
  if (reply === undefined || pcm === null) return step(state);
  const spoken = lengthen(reply.spoken, message, wireSamplesToMs(pcm.length));
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
  const calls = { ...reply.calls, [message.item_id]: { callId, name } };
  return tell(
    { ...changeReply(state, reply.turnId, { calls }), memory },
    { type: 'tool-call-done', turnId: reply.turnId, callId, name, argumentsJson },
  );
}

function endReply(state: TalkState, response: MessageOf<'response.done'>['response']): Step {
  const reply = state.replies.find(({ responseId }) => responseId === response.id);
  if (reply === undefined) return askNext(state);
  const ended = forgetOldReplies(changeReply(state, reply.turnId, { phase: 'done' }));
  const failure = failureOf(reply, response);
  const events: VoiceEvent[] = failure === null ? [] : [failedEvent(failure)];
  if (!reply.isCancelled && isSpokenOver(response)) events.push({ type: 'interrupted', turnId: reply.turnId });
  if (!reply.isCancelled) events.push({ type: 'turn-done', turnId: reply.turnId });
  return andThen(tell(ended, ...events), askNext);
}

/** The service has ended it because the user speaks. */
function isSpokenOver({ status, status_details: details }: MessageOf<'response.done'>['response']): boolean {
  return status === 'cancelled' && details?.reason === 'turn_detected';
}

/** Null for a reply that is whole, or that nobody wants any more. */
function failureOf(reply: Reply, response: MessageOf<'response.done'>['response']): VoiceFailure | null {
  const { status, status_details: details } = response;
  if (status === 'failed') return classifyError(details?.error ?? { code: 'server_error' });
  if (reply.isCancelled) return null;
  if (status === 'incomplete') {
    const reason = details?.reason ?? '';
    const why = INCOMPLETE_REASONS[reason] ?? `The voice service did not finish its answer${reason && ` (${reason})`}.`;
    return makePassingFailure(`${why} Please ask again.`, `incomplete: ${reason}`);
  }
  const isEmpty = reply.spoken.length === 0 && reply.text === '' && Object.keys(reply.calls).length === 0;
  if (status !== 'completed' || !isEmpty) return null;
  return makePassingFailure('The voice service gave an empty answer. Please say it again.', 'an empty response');
}
