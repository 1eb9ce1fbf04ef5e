import { LIMITS } from '@visavis/protocol';
import type { OpenAiMessage } from './client-message.ts';
import { messageId } from './responses.ts';
import { patchView, toConfigPatch, toSession } from './session-view.ts';
import { decodeHeard } from './sound.ts';
import {
  addItem,
  andThen,
  errorMessage,
  type Item,
  keepLast,
  newItemId,
  type Open,
  type OpenAiEffect,
  type OpenAiStep,
  send,
  step,
  toItem,
} from './state.ts';
import { textTokens } from './usage.ts';

/** A message about an item that is there already. */
type OfItem = { readonly itemId: string; readonly eventId: string | null };
type MessageOf<Type extends OpenAiMessage['type']> = Extract<OpenAiMessage, { type: Type }>;

/** How long a voice is looked for in what the client committed. */
const COMMIT_WAIT_MS = 1500;

/** What a message of the client does. */
export function reduceClient(state: Open, message: OpenAiMessage): OpenAiStep<Open> {
  switch (message.type) {
    case 'unusable':
      return step(state, errorMessage(message, message.eventId));
    case 'session-update':
      return updateSession(state, message);
    case 'audio-append':
      return hear(state, message);
    case 'audio-clear':
      return clearSound(state);
    case 'audio-commit':
      return commitSound(state, message);
    case 'output-clear':
      return state.responses.length === 0 ? step(state) : cancel(state);
    case 'user-text':
    case 'image':
      return addUserItem(state, message);
    case 'item':
      return addHistory(state, message);
    case 'call-item':
      return addPastCall(state, message);
    case 'tool-result':
      return addResult(state, message);
    case 'item-delete':
      return deleteItem(state, message);
    case 'item-retrieve':
      return withKnown(state, message, (item) =>
        step(state, send({ type: 'conversation.item.retrieved', item: toItem(item) })),
      );
    case 'item-truncate':
      return truncate(state, message);
    case 'respond':
      return respond(state, message);
    case 'cancel':
      return cancelResponse(state, message);
  }
}

function command(given: Extract<OpenAiEffect, { type: 'command' }>['command']): OpenAiEffect {
  return { type: 'command', command: given };
}

function updateSession(state: Open, { patch }: MessageOf<'session-update'>): OpenAiStep<Open> {
  const view = patchView(state.view, patch);
  const changes = toConfigPatch(state.view, view, patch);
  return step(
    { ...state, view, ...(patch.inputFormat === undefined ? {} : { lastHeard: 0 }) },
    ...(changes === null ? [] : [command({ type: 'configure', patch: changes })]),
    send({ type: 'session.updated', session: toSession(view, state.expiresAtSeconds) }),
  );
}

function hear(state: Open, { audioBase64 }: MessageOf<'audio-append'>): OpenAiStep<Open> {
  const { bytes, last } = decodeHeard(audioBase64, state.view.inputFormat, state.lastHeard);
  return step({ ...state, lastHeard: last }, command({ type: 'user-audio', bytes }));
}

function clearSound(state: Open): OpenAiStep<Open> {
  const { userItemId } = state;
  const droppedItems = userItemId === null ? state.droppedItems : keepLast(state.droppedItems, userItemId);
  return step(
    { ...state, droppedItems, userItemId: null },
    command({ type: 'user-audio-clear' }),
    send({ type: 'input_audio_buffer.cleared' }),
  );
}

/** Told as committed once a voice has been found in it, or none has. */
function commitSound(state: Open, { eventId }: MessageOf<'audio-commit'>): OpenAiStep<Open> {
  return step({ ...state, commit: { eventId, wish: null } }, command({ type: 'user-audio-commit' }), {
    type: 'schedule',
    timer: 'commit',
    delayMs: COMMIT_WAIT_MS,
  });
}

function addUserItem(state: Open, message: MessageOf<'user-text' | 'image'>): OpenAiStep<Open> {
  const { id, state: named } = nameItem(state, message.itemId);
  const { text } = message;
  const item: Item = {
    id,
    type: 'message',
    status: 'completed',
    role: 'user',
    content: text === '' ? [] : [{ type: 'input_text', text }],
  };
  const seen = message.type === 'image' ? message.dataUrls : [];
  const unreadTokens = { ...named.unreadTokens, text: named.unreadTokens.text + textTokens(text) };
  const held = text.trim() === '' ? named.held : [...named.held, { itemId: id, text }];
  const added = addItem({ ...named, unreadTokens, held }, item);
  const shown = andThen(added, (next) =>
    step(next, ...seen.map((dataUrl) => command({ type: 'image', dataUrl, reply: false }))),
  );
  return held.length > LIMITS.counts.heldItems ? andThen(shown, releaseHeld) : shown;
}

/** What was written and not asked about came before what is said now. */
export function releaseHeld(state: Open): OpenAiStep<Open> {
  if (state.held.length === 0) return step(state);
  const items = state.held.map(({ text }) => ({ role: 'user' as const, text }));
  return step({ ...state, held: [] }, command({ type: 'history', items }));
}

function addHistory(state: Open, { itemId, role, text }: MessageOf<'item'>): OpenAiStep<Open> {
  const { id, state: named } = nameItem(state, itemId);
  const type = role === 'assistant' ? 'output_text' : 'input_text';
  const item: Item = { id, type: 'message', status: 'completed', role, content: [{ type, text }] };
  const added = andThen(releaseHeld(named), (next) => addItem(next, item));
  if (text.trim() === '') return added;
  return andThen(added, (next) => step(next, command({ type: 'history', items: [{ role, text }] })));
}

/** Of an earlier talk: it stands in the conversation, and nobody waits for its result. */
function addPastCall(state: Open, { itemId, callId, name, argumentsJson }: MessageOf<'call-item'>): OpenAiStep<Open> {
  const { id, state: named } = nameItem(state, itemId);
  const call = {
    id,
    type: 'function_call',
    status: 'completed',
    call_id: callId,
    name,
    arguments: argumentsJson,
  } as const;
  return addItem(named, call);
}

function addResult(state: Open, { itemId, callId, output, eventId }: MessageOf<'tool-result'>): OpenAiStep<Open> {
  const { id, state: named } = nameItem(state, itemId);
  const isPast = state.items.some((item) => item.type === 'function_call' && item.call_id === callId);
  const isOpen = state.openCalls.includes(callId);
  if (!isOpen && !isPast) {
    const text = `No call of a tool has the id ${callId.slice(0, 100)}.`;
    return step(state, errorMessage({ code: 'invalid_tool_call_id', text, param: 'item.call_id' }, eventId));
  }
  const item: Item = { id, type: 'function_call_output', status: 'completed', call_id: callId, output };
  const openCalls = state.openCalls.filter((other) => other !== callId);
  const added = addItem({ ...named, openCalls }, item);
  if (!isOpen) return added;
  return andThen(added, (next) => step(next, command({ type: 'tool-result', callId, output, reply: false })));
}

/** What was said to the avatar is in its memory; what waits is taken back. */
function deleteItem(state: Open, message: OfItem): OpenAiStep<Open> {
  return withKnown(state, message, ({ id }) =>
    step(
      {
        ...state,
        items: state.items.filter((item) => item.id !== id),
        held: state.held.filter(({ itemId }) => itemId !== id),
      },
      send({ type: 'conversation.item.deleted', item_id: id }),
    ),
  );
}

/** The client has stopped playing a reply: where it still plays here, it ends here, too. */
function truncate(state: Open, message: MessageOf<'item-truncate'>): OpenAiStep<Open> {
  return withKnown(state, message, (item) => {
    const response = state.responses.find(({ turnId }) => messageId(turnId) === item.id);
    const mostMs = response === undefined ? message.audioEndMs : response.soundMs;
    const audioEndMs = Math.round(Math.max(0, Math.min(message.audioEndMs, mostMs)));
    const told = send({
      type: 'conversation.item.truncated',
      item_id: item.id,
      content_index: message.contentIndex,
      audio_end_ms: audioEndMs,
    });
    return response === undefined ? step(state, told) : andThen(cancel(state), (next) => step(next, told));
  });
}

function withKnown(state: Open, { itemId, eventId }: OfItem, then: (item: Item) => OpenAiStep<Open>): OpenAiStep<Open> {
  const item = state.items.find(({ id }) => id === itemId);
  if (item !== undefined) return then(item);
  const text = `The conversation has no item ${itemId.slice(0, 100)}, or no longer.`;
  return step(state, errorMessage({ code: 'item_not_found', text, param: 'item_id' }, eventId));
}

function respond(state: Open, message: MessageOf<'respond'>): OpenAiStep<Open> {
  const isBusy = state.asked.length > 0 || state.responses.some(({ isTold }) => !isTold);
  if (isBusy || state.commit?.wish) {
    const text = 'A response is being made. Wait for its response.done, or cancel it, before you ask for another one.';
    return step(state, errorMessage({ code: 'conversation_already_has_active_response', text }, message.eventId));
  }
  // The words of what was committed right before belong to the question.
  if (state.commit !== null) return step({ ...state, commit: { ...state.commit, wish: message } });
  return respondNow(state, message);
}

export function respondNow(state: Open, { instructions, modality, metadata }: MessageOf<'respond'>): OpenAiStep<Open> {
  const last = state.held.at(-1);
  const earlier = releaseHeld({ ...state, held: state.held.slice(0, -1) });
  const typed = last === undefined ? [] : [command({ type: 'user-text', text: last.text, reply: false })];
  // What still plays is known whole, and no answer to the user is on its way: another reply is meant, not that one.
  const isAnother = state.responses.length > 0 && state.userItemId === null && state.awaitedWords.length === 0;
  const request = command({
    type: 'respond',
    ...(instructions === undefined ? {} : { instructions }),
    ...(isAnother ? { always: true } : {}),
  });
  return andThen(earlier, (next) => {
    const wish = { modality: modality ?? next.view.modality, metadata };
    // A person answers unasked.
    const asked = next.answeredBy === 'operator' ? [] : keepLast(next.asked, wish);
    return step({ ...next, held: [], asked }, ...typed, request);
  });
}

function cancelResponse(state: Open, { responseId, eventId }: MessageOf<'cancel'>): OpenAiStep<Open> {
  const isAny = state.asked.length > 0 || state.commit?.wish || state.responses.some(({ isTold }) => !isTold);
  const isThere =
    responseId === null ? isAny : state.responses.some(({ turnId, isTold }) => turnId === responseId && !isTold);
  if (isThere) return cancel(state);
  const text = 'No response is being made that could be cancelled.';
  return step(state, errorMessage({ code: 'response_cancel_not_active', text }, eventId));
}

/** What has not begun never does: the session forgets what it was asked for. */
function cancel(state: Open): OpenAiStep<Open> {
  const responses = state.responses.map((one) => ({
    ...one,
    cancelledBy: one.cancelledBy ?? ('client_cancelled' as const),
  }));
  const commit = state.commit === null ? null : { ...state.commit, wish: null };
  return step({ ...state, responses, commit, asked: [] }, command({ type: 'interrupt' }));
}

function nameItem(state: Open, itemId: string | null): { readonly id: string; readonly state: Open } {
  return itemId === null ? newItemId(state) : { id: itemId, state };
}
