import type { SessionEvent } from '@visavis/media/session-events';
import { LIMITS } from '@visavis/protocol';
import { toFormat } from './session-view.ts';
import { encodeSaid, saidMs } from './sound.ts';
import {
  addItem,
  andThen,
  changeResponse,
  type Item,
  keepLast,
  type Open,
  type OpenAiStep,
  type OpenResponse,
  send,
  step,
  toItem,
  withItem,
} from './state.ts';
import { countedUsage, outputTokens, usageOf } from './usage.ts';

type EventOf<Type extends SessionEvent['type']> = Extract<SessionEvent, { type: Type }>;

// The events of a response, in OpenAI's order: created; an item for its message and for each call of a tool, each with its parts and
// deltas; done. All are closed that were opened, however the reply ends.

/** A reply begins: one that the client asked for, or the answer to what the user said. */
export function beginResponse(state: Open, turnId: string): OpenAiStep<Open> {
  if (state.responses.some((response) => response.turnId === turnId)) return step(state);
  const [wish, ...asked] = state.asked;
  const response: OpenResponse = {
    turnId,
    modality: wish?.modality ?? state.view.modality,
    metadata: wish?.metadata ?? null,
    text: '',
    soundMs: 0,
    messageIndex: null,
    calls: [],
    output: [],
    isTold: false,
    isSounding: false,
    cancelledBy: null,
    failure: null,
  };
  const next: Open = { ...state, asked, responses: keepLast(state.responses, response), lastSaid: [] };
  return step(next, send({ type: 'response.created', response: toResponse(next, response, 'in_progress') }));
}

export function addWords(state: Open, { turnId, text }: EventOf<'reply-text-delta'>): OpenAiStep<Open> {
  return withMessage(state, turnId, (next, response) => {
    const whole = (response.text + text).slice(0, LIMITS.characters.replyText);
    const type =
      response.modality === 'audio' ? 'response.output_audio_transcript.delta' : 'response.output_text.delta';
    return step(changeResponse(next, turnId, { text: whole }), send({ type, ...placeOf(response), delta: text }));
  });
}

/** The sound itself goes by the peer connection, where there is one. */
export function addSound(state: Open, { turnId, bytes }: EventOf<'reply-audio'>): OpenAiStep<Open> {
  return withMessage(state, turnId, (next, response) => {
    const soundMs = response.soundMs + saidMs(bytes);
    const noted = changeResponse(next, turnId, { soundMs });
    if (response.modality !== 'audio' || state.isByPeer) return step(noted);
    const { base64, lastSaid } = encodeSaid(bytes, next.view.outputFormat, next.lastSaid);
    const delta = { type: 'response.output_audio.delta', ...placeOf(response), delta: base64 };
    return step({ ...noted, lastSaid }, send(delta, true));
  });
}

/** Opens the item of what is said with the first of its words or sound. */
function withMessage(
  state: Open,
  turnId: string,
  then: (state: Open, response: OpenResponse) => OpenAiStep<Open>,
): OpenAiStep<Open> {
  const response = state.responses.find((one) => one.turnId === turnId);
  if (response === undefined || response.isTold) return step(state);
  if (response.messageIndex !== null) return then(state, response);
  const messageIndex = nextIndex(response);
  const opened = { ...response, messageIndex };
  const item: Item = { id: messageId(turnId), type: 'message', status: 'in_progress', role: 'assistant', content: [] };
  const place = placeOf(opened);
  const told = step(
    changeResponse(state, turnId, { messageIndex }),
    send({ type: 'response.output_item.added', response_id: turnId, output_index: messageIndex, item: toItem(item) }),
  );
  const part = opened.modality === 'audio' ? { type: 'audio', transcript: '' } : { type: 'text', text: '' };
  const begun = andThen(
    andThen(told, (next) => addItem(next, item)),
    (next) => step(next, send({ type: 'response.content_part.added', ...place, part })),
  );
  return andThen(begun, (next) => then(next, opened));
}

export function addCallDelta(state: Open, event: EventOf<'tool-call-delta'>): OpenAiStep<Open> {
  return withCall(state, event, (next, outputIndex) =>
    step(
      next,
      send({
        type: 'response.function_call_arguments.delta',
        response_id: event.turnId,
        item_id: callItemId(event.callId),
        output_index: outputIndex,
        call_id: event.callId,
        delta: event.delta,
      }),
    ),
  );
}

export function finishCall(state: Open, event: EventOf<'tool-call-done'>): OpenAiStep<Open> {
  const { turnId, callId, name, argumentsJson } = event;
  return withCall(state, event, (next, outputIndex) => {
    const place = { response_id: turnId, output_index: outputIndex };
    const item: Item = { ...callItem(callId, name, argumentsJson), status: 'completed' };
    const response = next.responses.find((one) => one.turnId === turnId);
    const openCalls = keepLast(next.openCalls, callId, LIMITS.counts.openToolCalls);
    const noted = changeResponse(next, turnId, { output: [...(response?.output ?? []), item] });
    return step(
      { ...withItem(noted, item), openCalls },
      send({
        type: 'response.function_call_arguments.done',
        ...place,
        item_id: item.id,
        call_id: callId,
        name,
        arguments: argumentsJson,
      }),
      send({ type: 'conversation.item.done', item: toItem(item) }),
      send({ type: 'response.output_item.done', ...place, item: toItem(item) }),
    );
  });
}

function withCall(
  state: Open,
  { turnId, callId, name }: { turnId: string; callId: string; name: string },
  then: (state: Open, outputIndex: number) => OpenAiStep<Open>,
): OpenAiStep<Open> {
  const response = state.responses.find((one) => one.turnId === turnId);
  if (response === undefined || response.isTold) return step(state);
  const known = response.calls.find((call) => call.callId === callId);
  if (known !== undefined) return then(state, known.outputIndex);
  const outputIndex = nextIndex(response);
  const item = callItem(callId, name, '');
  const calls = keepLast(response.calls, { callId, name, argumentsJson: '', outputIndex }, LIMITS.counts.openToolCalls);
  const told = step(
    changeResponse(state, turnId, { calls }),
    send({ type: 'response.output_item.added', response_id: turnId, output_index: outputIndex, item: toItem(item) }),
  );
  return andThen(
    andThen(told, (next) => addItem(next, item)),
    (next) => then(next, outputIndex),
  );
}

/** All of it is known, or it was ended. The client is told once. */
export function endResponse(state: Open, turnId: string, isWhole: boolean): OpenAiStep<Open> {
  const response = state.responses.find((one) => one.turnId === turnId);
  if (response === undefined || response.isTold) return step(state);
  const isFailed = response.failure !== null && response.text === '' && response.soundMs === 0;
  const status = isFailed ? 'failed' : isWhole ? 'completed' : 'cancelled';
  const closed = response.messageIndex === null ? step(state) : closeMessage(state, response, status === 'completed');
  return andThen(closed, (next) => {
    const whole = next.responses.find((one) => one.turnId === turnId) ?? response;
    const usage = countedUsage(next.counted) ?? usageOf(next.unreadTokens, outputTokens(whole));
    const told = { ...toResponse(next, whole, status), usage };
    return step(
      { ...changeResponse(next, turnId, { isTold: true }), unreadTokens: { text: 0, audio: 0 }, counted: {} },
      send({ type: 'response.done', response: told }),
    );
  });
}

function closeMessage(state: Open, response: OpenResponse, isCompleted: boolean): OpenAiStep<Open> {
  const { turnId, modality, text } = response;
  const place = placeOf(response);
  const status = isCompleted ? 'completed' : 'incomplete';
  const item = messageItem(response, status);
  const isAudio = modality === 'audio';
  const part = isAudio ? { type: 'audio', transcript: text } : { type: 'text', text };
  const ends = isAudio
    ? [
        send({ type: 'response.output_audio.done', ...place }),
        send({ type: 'response.output_audio_transcript.done', ...place, transcript: text }),
      ]
    : [send({ type: 'response.output_text.done', ...place, text })];
  return step(
    withItem(changeResponse(state, turnId, { output: [item, ...response.output] }), item),
    ...ends,
    send({ type: 'response.content_part.done', ...place, part }),
    send({ type: 'conversation.item.done', item: toItem(item) }),
    send({
      type: 'response.output_item.done',
      response_id: turnId,
      output_index: response.messageIndex,
      item: toItem(item),
    }),
  );
}

/** The reply has been played, or was ended: of the latter, what was heard is what stays in the conversation. */
export function finishReply(state: Open, event: EventOf<'reply-done'>): OpenAiStep<Open> {
  const { turnId, interrupted, heardText } = event;
  const response = state.responses.find((one) => one.turnId === turnId);
  if (response === undefined) return step(state);
  const ended = endResponse(state, turnId, !interrupted);
  const sounded = andThen(ended, (next) => endSound(next, response, interrupted));
  return andThen(sounded, (next) => {
    const item = next.items.find(({ id }) => id === messageId(turnId));
    const heard = item !== undefined && interrupted && response.modality === 'audio';
    const kept = heard ? withItem(next, messageItem({ ...response, text: heardText }, 'incomplete')) : next;
    return step({ ...kept, responses: kept.responses.filter((one) => one.turnId !== turnId) });
  });
}

/** Where this side plays the sound, the client is told when. */
export function noteSound(state: Open, { turnId, isPlaying }: EventOf<'reply-sound'>): OpenAiStep<Open> {
  const response = state.responses.find((one) => one.turnId === turnId);
  if (!state.isByPeer || response === undefined || !isPlaying || response.isSounding) return step(state);
  return step(
    changeResponse(state, turnId, { isSounding: true }),
    send({ type: 'output_audio_buffer.started', response_id: turnId }),
  );
}

function endSound(state: Open, { turnId, isSounding }: OpenResponse, interrupted: boolean): OpenAiStep<Open> {
  if (!isSounding) return step(state);
  const type = interrupted ? 'output_audio_buffer.cleared' : 'output_audio_buffer.stopped';
  return step(state, send({ type, response_id: turnId }));
}

export function messageId(turnId: string): string {
  return `msg_${turnId}`;
}

function callItemId(callId: string): string {
  return `fc_${callId}`;
}

function callItem(callId: string, name: string, argumentsJson: string): Item {
  return {
    id: callItemId(callId),
    type: 'function_call',
    status: 'in_progress',
    call_id: callId,
    name,
    arguments: argumentsJson,
  };
}

function messageItem({ turnId, modality, text }: OpenResponse, status: Item['status']): Item {
  const content =
    modality === 'audio' ? { type: 'output_audio' as const, transcript: text } : { type: 'output_text' as const, text };
  return { id: messageId(turnId), type: 'message', status, role: 'assistant', content: [content] };
}

function nextIndex({ messageIndex, calls }: OpenResponse): number {
  return calls.length + (messageIndex === null ? 0 : 1);
}

function placeOf({ turnId, messageIndex }: OpenResponse) {
  return { response_id: turnId, item_id: messageId(turnId), output_index: messageIndex ?? 0, content_index: 0 };
}

type Status = 'in_progress' | 'completed' | 'cancelled' | 'failed';

function toResponse({ view }: Open, response: OpenResponse, status: Status) {
  const { turnId, modality, metadata, output } = response;
  return {
    object: 'realtime.response',
    id: turnId,
    status,
    status_details: detailsOf(response, status),
    output: output.map(toItem),
    conversation_id: `conv_${view.id}`,
    output_modalities: [modality],
    metadata,
    max_output_tokens: view.maxOutputTokens,
    usage: null,
    audio: { output: { format: toFormat(view.outputFormat), voice: view.voice } },
  };
}

function detailsOf({ cancelledBy, failure }: OpenResponse, status: Status) {
  if (status === 'cancelled') return { type: 'cancelled', reason: cancelledBy ?? 'turn_detected' };
  if (status !== 'failed' || failure === null) return null;
  return { type: 'failed', error: { type: 'server_error', ...failure } };
}
