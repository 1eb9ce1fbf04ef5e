import type { WebSocket } from 'ws';
import { msToWireSamples, wireSamplesToMs } from '../../../core/audio-format.ts';
import {
  clientMessageSchema,
  type ReceivedItem,
  type ReceivedMessage,
  type ReceivedResponse,
} from './client-message-schema.ts';

/** Words per piece of a reply, and the sound that goes with each. */
const PIECE_MS = 200;
const PIECE_EVERY_MS = 10;
const LOUD = 1000;
const SILENCE_MS = 200;

type Response = {
  readonly id: string;
  readonly itemId: string;
  readonly text: string;
  readonly timer: NodeJS.Timeout;
  audioMs: number;
};

export type Behaviour = {
  /** What the user is said to have said. */
  transcript: string;
  /** Names of the interface's beta, and metadata not given back. */
  beta: boolean;
  /** Error of the next response, as in `status_details`. */
  nextFailure: { type: string; code: string; message: string } | null;
  /** Types of messages that are taken and never answered. */
  swallowed?: ReadonlySet<string>;
  /** Types of messages that are refused, without a word which message is meant. */
  refused?: ReadonlySet<string>;
  /** How the next responses end that say nothing. */
  silentStatus?: 'completed' | 'incomplete' | 'never' | undefined;
};

/** The service's side of one talk: a fixed talker with the published messages, order and refusals. */
export class ScriptedConnection {
  readonly received: ReceivedMessage[] = [];
  /** Messages that the published interface does not have. */
  readonly mistakes: string[] = [];
  /** The service's memory, by item id. */
  readonly items = new Map<string, ReceivedItem | { type: 'spoken'; text: string; audioMs: number }>();
  readonly authorization: string | undefined;
  readonly #socket: WebSocket;
  readonly #behaviour: Behaviour;
  #session: Extract<ReceivedMessage, { type: 'session.update' }>['session'] | null = null;
  #response: Response | null = null;
  #counter = 0;
  #heardMs = 0;
  #silentMs = 0;
  #speechItem: string | null = null;
  #waitingMs = 0;

  constructor(socket: WebSocket, behaviour: Behaviour, authorization: string | undefined) {
    this.#socket = socket;
    this.#behaviour = behaviour;
    this.authorization = authorization;
    socket.on('message', (data) => this.#receive(data.toString()));
    socket.on('close', () => this.#stopTalking());
    this.emit({ type: 'session.created', session: { type: 'realtime', object: 'realtime.session' } });
  }

  of<Type extends ReceivedMessage['type']>(type: Type): Extract<ReceivedMessage, { type: Type }>[] {
    return this.received.filter(
      (message): message is Extract<ReceivedMessage, { type: Type }> => message.type === type,
    );
  }

  emit(message: Record<string, unknown>): void {
    if (this.#socket.readyState === this.#socket.OPEN) {
      this.#socket.send(JSON.stringify({ event_id: this.#id('event'), ...message }));
    }
  }

  refuse(code: string, options: { type?: string; message?: string; eventId?: string | undefined } = {}): void {
    const { type = 'invalid_request_error', message = 'Refused.', eventId } = options;
    this.emit({ type: 'error', error: { type, code, message, param: null, event_id: eventId ?? null } });
  }

  /** Cuts the connection as a network does. */
  drop(): void {
    this.#socket.terminate();
  }

  close(code: number, reason: string): void {
    this.#socket.close(code, reason);
  }

  #id(prefix: string): string {
    this.#counter += 1;
    return `${prefix}_${this.#counter}`;
  }

  #receive(data: string): void {
    const parsed = clientMessageSchema.safeParse(JSON.parse(data));
    if (!parsed.success) {
      this.mistakes.push(
        `${data.slice(0, 300)}: ${parsed.error.issues.map((issue) => issue.path.join('.')).join(', ')}`,
      );
      this.refuse('invalid_value');
      return;
    }
    this.received.push(parsed.data);
    if (this.#behaviour.swallowed?.has(parsed.data.type)) return;
    if (this.#behaviour.refused?.has(parsed.data.type)) {
      this.refuse('invalid_value');
      return;
    }
    this.#handle(parsed.data);
  }

  #handle(message: ReceivedMessage): void {
    switch (message.type) {
      case 'session.update':
        this.#session = message.session;
        this.emit({ type: 'session.updated', session: message.session });
        return;
      case 'input_audio_buffer.append':
        this.#hear(Buffer.from(message.audio, 'base64'));
        return;
      case 'input_audio_buffer.commit':
        if (this.#waitingMs < 100) this.refuse('input_audio_buffer_commit_empty', { eventId: message.event_id });
        else this.#commit(this.#id('item'));
        return;
      case 'input_audio_buffer.clear':
        this.#waitingMs = 0;
        this.emit({ type: 'input_audio_buffer.cleared' });
        return;
      case 'conversation.item.create':
        this.#addItem(message.item);
        return;
      case 'conversation.item.delete':
        if (!this.items.delete(message.item_id)) {
          this.refuse('item_delete_invalid_item_id', { eventId: message.event_id });
        } else this.emit({ type: 'conversation.item.deleted', item_id: message.item_id });
        return;
      case 'conversation.item.truncate':
        this.#truncate(message);
        return;
      case 'response.create':
        if (this.#response !== null) {
          this.refuse('conversation_already_has_active_response', { eventId: message.event_id });
        } else this.#respond(message.response);
        return;
      case 'response.cancel':
        if (this.#response === null) this.refuse('response_cancel_not_active', { eventId: message.event_id });
        else this.#endResponse('cancelled', { type: 'cancelled', reason: 'client_cancelled' });
    }
  }

  #addItem(item: ReceivedItem): void {
    const id = ('id' in item ? item.id : undefined) ?? this.#id('item');
    this.items.set(id, item);
    for (const type of ['conversation.item.added', 'conversation.item.done']) {
      this.emit({ type, previous_item_id: null, item: { ...item, id } });
    }
  }

  /** Speech is what is loud; it ends with some silence. */
  #hear(bytes: Buffer): void {
    const pcm = new Int16Array(bytes.length >> 1);
    Buffer.from(pcm.buffer).set(bytes);
    const durationMs = wireSamplesToMs(pcm.length);
    this.#heardMs += durationMs;
    this.#waitingMs += durationMs;
    const turns = this.#session === null ? undefined : this.#session.audio.input.turn_detection;
    if (turns === null) return;
    const isLoud = pcm.some((sample) => Math.abs(sample) > LOUD);
    this.#silentMs = isLoud ? 0 : this.#silentMs + durationMs;
    if (isLoud && this.#speechItem === null) {
      this.#speechItem = this.#id('item');
      const startMs = Math.round(this.#heardMs - durationMs);
      this.emit({ type: 'input_audio_buffer.speech_started', audio_start_ms: startMs, item_id: this.#speechItem });
      if (turns?.interrupt_response !== false) {
        this.#endResponse('cancelled', { type: 'cancelled', reason: 'turn_detected' });
      }
    } else if (this.#speechItem !== null && this.#silentMs >= SILENCE_MS) {
      const itemId = this.#speechItem;
      this.#speechItem = null;
      const endMs = Math.round(this.#heardMs);
      this.emit({ type: 'input_audio_buffer.speech_stopped', audio_end_ms: endMs, item_id: itemId });
      this.#commit(itemId);
      if (turns?.create_response !== false) this.#respond({});
    }
  }

  #commit(itemId: string): void {
    this.#waitingMs = 0;
    this.emit({ type: 'input_audio_buffer.committed', previous_item_id: null, item_id: itemId });
    const { transcript } = this.#behaviour;
    this.#addItem({ id: itemId, type: 'message', role: 'user', content: [{ type: 'input_text', text: transcript }] });
    const event = 'conversation.item.input_audio_transcription';
    this.emit({ type: `${event}.delta`, item_id: itemId, content_index: 0, delta: transcript });
    const usage = { type: 'duration', seconds: 1 };
    this.emit({ type: `${event}.completed`, item_id: itemId, content_index: 0, transcript: `${transcript}\n`, usage });
  }

  #truncate(message: Extract<ReceivedMessage, { type: 'conversation.item.truncate' }>): void {
    const item = this.items.get(message.item_id);
    if (item?.type !== 'spoken' || message.audio_end_ms > item.audioMs) {
      this.refuse('invalid_value', { message: 'Audio content is already shorter', eventId: message.event_id });
      return;
    }
    item.audioMs = message.audio_end_ms;
    const { item_id, content_index, audio_end_ms } = message;
    this.emit({ type: 'conversation.item.truncated', item_id, content_index, audio_end_ms });
  }

  #respond(request: ReceivedResponse): void {
    const id = this.#id('resp');
    const metadata = this.#behaviour.beta ? undefined : (request.metadata ?? null);
    this.emit({
      type: 'response.created',
      response: { id, object: 'realtime.response', status: 'in_progress', metadata },
    });
    const failure = this.#behaviour.nextFailure;
    if (failure !== null) {
      this.#behaviour.nextFailure = null;
      this.#done(id, 'failed', { type: 'failed', error: failure });
      return;
    }
    const { silentStatus } = this.#behaviour;
    if (silentStatus !== undefined) {
      if (silentStatus !== 'never') this.#done(id, silentStatus, { reason: 'max_output_tokens' });
      return;
    }
    const lastWords = this.#lastWords();
    const tool = request.tool_choice === 'none' ? undefined : this.#session?.tools[0];
    if (tool !== undefined && lastWords.includes('weather')) this.#callTool(id, tool.name);
    else this.#talk(id, this.#answerTo(request, lastWords));
  }

  /** The latest words of the user or a tool that await an answer. */
  #lastWords(): string {
    const last = [...this.items.values()].at(-1);
    if (last?.type === 'function_call_output') return `The tool says ${last.output}.`;
    if (last?.type !== 'message' || last.role !== 'user') return '';
    const part = last.content.at(-1);
    return part?.type === 'input_text' ? part.text : part?.type === 'input_image' ? 'a picture' : '';
  }

  #answerTo(request: ReceivedResponse, lastWords: string): string {
    const exactly = /^Say exactly[^\n]*\n\n([\s\S]*)$/.exec(request.instructions ?? '');
    return exactly?.[1] ?? `You gave me this: ${lastWords}`;
  }

  #callTool(responseId: string, name: string): void {
    const itemId = this.#id('item');
    const call = { type: 'function_call', call_id: this.#id('call'), name, arguments: '{"city":"Paris"}' } as const;
    const place = { response_id: responseId, output_index: 0, item_id: itemId, call_id: call.call_id };
    const item = { id: itemId, object: 'realtime.item', ...call, arguments: '', status: 'in_progress' };
    this.emit({ type: 'response.output_item.added', response_id: responseId, output_index: 0, item });
    for (const delta of ['{"city":', '"Paris"}']) {
      this.emit({ type: 'response.function_call_arguments.delta', ...place, delta });
    }
    this.emit({ type: 'response.function_call_arguments.done', ...place, arguments: call.arguments });
    this.items.set(itemId, call);
    this.#done(responseId, 'completed', null);
  }

  #talk(id: string, text: string): void {
    const itemId = this.#id('item');
    const item = { id: itemId, object: 'realtime.item', type: 'message', role: 'assistant', content: [] };
    this.emit({ type: 'response.output_item.added', response_id: id, output_index: 0, item });
    const words = text.split(/(?<=\s)/);
    const pieces = words.flatMap((_, at) => (at % 3 === 0 ? [words.slice(at, at + 3).join('')] : []));
    const timer = setInterval(() => {
      const piece = pieces.shift();
      if (piece === undefined) this.#endResponse('completed', null);
      else this.#sayPiece(piece);
    }, PIECE_EVERY_MS);
    this.#response = { id, itemId, text, timer, audioMs: 0 };
    this.items.set(itemId, { type: 'spoken', text, audioMs: 0 });
  }

  #sayPiece(delta: string): void {
    const response = this.#response;
    if (response === null) return;
    const name = this.#behaviour.beta ? 'response.audio' : 'response.output_audio';
    const place = { response_id: response.id, item_id: response.itemId, output_index: 0, content_index: 0 };
    this.emit({ type: `${name}_transcript.delta`, ...place, delta });
    this.emit({ type: `${name}.delta`, ...place, delta: tone() });
    response.audioMs += PIECE_MS;
    this.items.set(response.itemId, { type: 'spoken', text: response.text, audioMs: response.audioMs });
  }

  #stopTalking(): Response | null {
    const response = this.#response;
    if (response !== null) clearInterval(response.timer);
    this.#response = null;
    return response;
  }

  #endResponse(status: string, details: unknown): void {
    const response = this.#stopTalking();
    if (response !== null) this.#done(response.id, status, details);
  }

  #done(id: string, status: string, details: unknown): void {
    const usage = {
      total_tokens: 253,
      input_tokens: 132,
      output_tokens: 121,
      input_token_details: { text_tokens: 119, audio_tokens: 13, image_tokens: 0, cached_tokens: 64 },
      output_token_details: { text_tokens: 30, audio_tokens: 91 },
    };
    const response = { id, object: 'realtime.response', status, status_details: details, output: [], usage };
    this.emit({ type: 'response.done', response });
  }
}

function tone(): string {
  const pcm = Int16Array.from({ length: msToWireSamples(PIECE_MS) }, (_, n) => Math.round(6000 * Math.sin(n / 20)));
  return Buffer.from(pcm.buffer).toString('base64');
}
