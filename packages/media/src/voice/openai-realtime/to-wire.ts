import { wireSamplesToMs } from '../../core/audio-format.ts';
import type { VoiceConfig, VoiceInput } from '../../core/voice-port.ts';
import { instructionsToSay } from '../persona.ts';
import { withGiven } from '../shared/given-config.ts';
import { base64OfPcm } from '../shared/pcm-bytes.ts';
import { readMarkup } from '../text/read-markup.ts';
import { instructionsWith, sessionSettings } from './session-settings.ts';
import { forgetOldPictures, type MemoryItem, remember, setWords, toConversationItem } from './talk-memory.ts';
import { addReply, changeReply, newReply, type Reply, type Step, step, type TalkState } from './talk-state.ts';
import type { ClientMessage, ConversationItem } from './wire-messages.ts';

/** Items of which a confirmation is waited for; of more, the latest. */
const MAX_SENT_ITEMS = 400;
/** The same of settings, each of which holds those before it: some services that imitate OpenAI never confirm any. */
const MAX_SENT_SETTINGS = 16;

/** What the service is told of an input, and what is remembered of it. */
export function toWire(state: TalkState, input: VoiceInput): Step {
  switch (input.type) {
    case 'audio':
      return append(state, input.pcm);
    case 'user-turn-started':
      return step(state);
    case 'user-turn-dropped':
      // Of no item: what was heard since the last one.
      if (input.itemId === '') return step({ ...state, uncommittedMs: 0 }, [{ type: 'input_audio_buffer.clear' }]);
      return step(state.awaitedAnswer?.itemId === input.itemId ? { ...state, awaitedAnswer: null } : state);
    case 'user-turn-stopped':
      return step({ ...state, isCommitting: true }, [{ type: 'input_audio_buffer.commit', event_id: 'commit' }]);
    case 'text':
      return addItems(state, [{ kind: 'message', role: 'user', text: input.text, key: null }]);
    case 'image':
      return showPicture(state, input.dataUrl);
    case 'history':
      return addItems(
        state,
        input.items.filter(({ text }) => text !== '').map((item) => ({ kind: 'message', ...item, key: null })),
      );
    case 'configure':
      return configure(state, input.config);
    case 'respond': {
      const { turnId, instructions } = input;
      const request = instructions === undefined ? {} : { instructions: instructionsWith(state.config, instructions) };
      return addReply(state, newReply(turnId, request));
    }
    case 'say':
      return addReply(
        state,
        newReply(input.turnId, {
          instructions: instructionsToSay(readMarkup(input.text).text),
          input: [],
          tool_choice: 'none',
        }),
      );
    case 'cancel':
      return cancel(state, input);
    case 'tool-result':
      return addItems(state, [{ kind: 'tool-result', callId: input.callId, output: input.output }]);
  }
}

function append(state: TalkState, pcm: Int16Array): Step {
  if (pcm.length === 0) return step(state);
  return step({ ...state, uncommittedMs: state.uncommittedMs + wireSamplesToMs(pcm.length) }, [appendAudio(pcm)]);
}

/** Tells the service the settings in `state`; `before` hold if it refuses them. */
export function tellSettings(state: TalkState, before: VoiceConfig): Step {
  const session = sessionSettings(state.config, state.options, !state.hasSpoken);
  const eventId = `session_${state.nextId}`;
  const sentSettings = [...state.sentSettings, { eventId, before }].slice(-MAX_SENT_SETTINGS);
  return step({ ...state, sentSettings, nextId: state.nextId + 1 }, [
    { type: 'session.update', event_id: eventId, session },
  ]);
}

/** How the confirmation of an item is recognised. */
export function kindOfItem(item: {
  type: string;
  role?: string | null | undefined;
  call_id?: string | null | undefined;
}): string {
  return `${item.type} ${item.call_id ?? item.role ?? ''}`;
}

function appendAudio(pcm: Int16Array): ClientMessage {
  return { type: 'input_audio_buffer.append', audio: base64OfPcm(pcm) };
}

function addItems(state: TalkState, items: readonly MemoryItem[]): Step {
  const told = items.map((item, index): { eventId: string; item: ConversationItem } => ({
    eventId: `item_${state.nextId + index}`,
    item: toConversationItem(item),
  }));
  const memory = remember(state.memory, ...items);
  const sentItems = [...state.sentItems, ...told.map(({ eventId, item }) => ({ eventId, kind: kindOfItem(item) }))];
  return step(
    { ...state, memory, sentItems: sentItems.slice(-MAX_SENT_ITEMS), nextId: state.nextId + items.length },
    told.map(({ eventId, item }) => ({ type: 'conversation.item.create', event_id: eventId, item })),
  );
}

function showPicture(state: TalkState, dataUrl: string): Step {
  const itemId = `picture_${state.connection}_${state.nextId}`;
  const shown = addItems(state, [{ kind: 'picture', itemId, dataUrl }]);
  const { memory, forgotten } = forgetOldPictures(shown.state.memory);
  const messages = forgotten.map(deleteItem);
  return step({ ...shown.state, memory }, [...shown.messages, ...messages]);
}

function configure(state: TalkState, change: Partial<VoiceConfig>): Step {
  return tellSettings({ ...state, config: withGiven(state.config, change) }, state.config);
}

/** The service stops, and forgets what was not heard. */
function cancel(state: TalkState, input: { turnId: string; playedMs: number; heardText: string }): Step {
  const reply = state.replies.find(({ turnId }) => turnId === input.turnId);
  if (reply === undefined || reply.isCancelled) return step(state);
  if (reply.phase === 'waiting') {
    return step({ ...state, replies: state.replies.filter((other) => other !== reply) });
  }
  const hasWords = reply.text !== '' || input.heardText !== '';
  const memory = hasWords ? setWords(state.memory, 'assistant', reply.turnId, input.heardText) : state.memory;
  const cancelled = changeReply({ ...state, memory }, reply.turnId, { isCancelled: true });
  const messages: ClientMessage[] = [];
  // A reply that has not begun is cancelled when it does.
  if (reply.phase === 'generating' && reply.responseId !== null) messages.push(cancelResponse(reply.responseId));
  return step(cancelled, [...messages, ...forgetUnheard(reply, input.playedMs)]);
}

export function cancelResponse(responseId: string): ClientMessage {
  return { type: 'response.cancel', event_id: 'cancel', response_id: responseId };
}

/** Items that were heard in part are cut there, later ones deleted. The service refuses cuts beyond what it has. */
function forgetUnheard(reply: Pick<Reply, 'spoken'>, playedMs: number): ClientMessage[] {
  const messages: ClientMessage[] = [];
  let startMs = 0;
  for (const { itemId, contentIndex, audioMs } of reply.spoken) {
    const heardMs = Math.floor(playedMs - startMs);
    startMs += audioMs;
    if (heardMs <= 0) messages.push(deleteItem(itemId));
    else if (heardMs < audioMs) {
      messages.push({
        type: 'conversation.item.truncate',
        event_id: 'truncate',
        item_id: itemId,
        content_index: contentIndex,
        audio_end_ms: heardMs,
      });
    }
  }
  return messages;
}

function deleteItem(itemId: string): ClientMessage {
  return { type: 'conversation.item.delete', event_id: 'delete', item_id: itemId };
}
