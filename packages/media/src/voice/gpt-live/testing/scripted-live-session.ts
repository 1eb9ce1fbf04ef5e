import type { WebSocket } from 'ws';
import { msToWireSamples, wireSamplesToMs } from '../../../core/audio-format.ts';
import { clientMessageSchema, type ReceivedMessage } from './client-message-schema.ts';

/** Words per piece of a reply, and the sound that goes with each. */
const PIECE_MS = 200;
const PIECE_EVERY_MS = 10;
const LOUD = 1000;
/** Of the user, by the sound that was sent: then the service answers. */
const SILENCE_MS = 300;

export type SessionBehaviour = {
  transcript: string;
  /** Nothing is said any more. */
  isMute: boolean;
};

/** The service's side of one session: a fixed talker with the published messages. It knows no turns, and hears what it is sent. */
export class ScriptedLiveSession {
  readonly received: ReceivedMessage[] = [];
  /** Messages that the published interface does not have, or that come when none may. */
  readonly mistakes: string[] = [];
  readonly authorization: string | undefined;
  readonly #socket: WebSocket;
  readonly #behaviour: SessionBehaviour;
  #session: Extract<ReceivedMessage, { type: 'session.start' }>['session'] | null = null;
  #heardMs = 0;
  #loudMs = 0;
  #silentMs = 0;
  #timer: NodeJS.Timeout | null = null;
  #result: string | null = null;
  #written: string | null = null;
  #counter = 0;

  constructor(socket: WebSocket, behaviour: SessionBehaviour, authorization: string | undefined) {
    this.#socket = socket;
    this.#behaviour = behaviour;
    this.authorization = authorization;
    socket.on('message', (data) => this.#receive(data.toString()));
    socket.on('close', () => this.#stop());
  }

  get session() {
    return this.#session;
  }

  get heardMs(): number {
    return this.#heardMs;
  }

  of<Type extends ReceivedMessage['type']>(type: Type): Extract<ReceivedMessage, { type: Type }>[] {
    return this.received.filter(
      (message): message is Extract<ReceivedMessage, { type: Type }> => message.type === type,
    );
  }

  emit(message: Record<string, unknown>): void {
    this.#counter += 1;
    if (this.#socket.readyState !== this.#socket.OPEN) return;
    this.#socket.send(JSON.stringify({ event_id: `event_${this.#counter}`, ...message }));
  }

  drop(): void {
    this.#socket.terminate();
  }

  close(code: number, reason: string): void {
    this.#socket.close(code, reason);
  }

  #receive(data: string): void {
    const parsed = clientMessageSchema.safeParse(JSON.parse(data));
    if (!parsed.success) {
      this.mistakes.push(`${data.slice(0, 300)}: ${parsed.error.issues.map(({ path }) => path.join('.')).join(', ')}`);
      return;
    }
    if (this.#session === null && parsed.data.type !== 'session.start')
      this.mistakes.push(`${parsed.data.type} too early`);
    this.received.push(parsed.data);
    this.#handle(parsed.data);
  }

  #handle(message: ReceivedMessage): void {
    switch (message.type) {
      case 'session.start':
        this.#session = message.session;
        this.emit({ type: 'session.started', session: { id: 'live_1', ...message.session } });
        return;
      case 'session.input_audio.append':
        this.#hear(Buffer.from(message.audio, 'base64'));
        return;
      case 'session.thinking.append':
        this.emit({ type: 'session.thinking.appended', start_ms: this.#heardMs, end_ms: this.#heardMs });
        return;
      case 'session.instructions.append':
        this.emit({ type: 'session.instructions.appended', start_ms: this.#heardMs, end_ms: this.#heardMs });
        this.#follow(message.content);
        return;
      case 'response.item.create':
        this.#result = message.item.output;
        return;
      case 'response.create':
        this.#talk(`The tool says ${this.#result}.`);
    }
  }

  #follow(content: string): void {
    if (content.startsWith('Stop speaking now.')) {
      this.#stop();
      return;
    }
    const exactly = /^Say exactly[^\n]*\n\n([\s\S]*)$/.exec(content)?.[1];
    this.#written = /^Answer now what the user has written: (.*)$/.exec(content)?.[1] ?? content;
    if (exactly !== undefined) this.#talk(exactly);
    else this.#answer(this.#written);
  }

  #hear(bytes: Buffer): void {
    const pcm = new Int16Array(bytes.length >> 1);
    Buffer.from(pcm.buffer).set(bytes);
    const durationMs = wireSamplesToMs(pcm.length);
    this.#heardMs += durationMs;
    if (pcm.some((sample) => Math.abs(sample) > LOUD)) {
      // Spoken over, it stops by itself.
      this.#stop();
      this.#loudMs += durationMs;
      this.#silentMs = 0;
      return;
    }
    this.#silentMs += durationMs;
    if (this.#loudMs === 0 || this.#silentMs < SILENCE_MS) return;
    this.#loudMs = 0;
    const { transcript } = this.#behaviour;
    for (const delta of transcript.split(/(?<=\s)/)) {
      this.emit({ type: 'session.input_transcript.delta', delta, start_ms: 0, end_ms: this.#heardMs });
    }
    this.#answer(transcript);
  }

  #answer(words: string): void {
    const tool = this.#session?.delegation.responses.tools?.[0];
    if (tool === undefined || !words.includes('weather')) {
      this.#talk(`You gave me this: ${words}`);
      return;
    }
    this.emit({ type: 'session.delegation.created', offset_ms: 0, delegation: { id: 'd_1', target: 'responses' } });
    const item = {
      type: 'function_call',
      id: 'fc_1',
      call_id: 'call_1',
      name: tool.name,
      arguments: '{"city":"Paris"}',
    };
    for (const type of ['response.output_item.added', 'response.output_item.done']) {
      this.emit({ type: 'response.event', delegation_id: 'd_1', event: { type, output_index: 0, item } });
    }
  }

  #talk(text: string): void {
    if (this.#behaviour.isMute) return;
    this.#stop();
    const words = text.split(/(?<=\s)/);
    const pieces = words.flatMap((_, at) => (at % 3 === 0 ? [words.slice(at, at + 3).join('')] : []));
    this.#timer = setInterval(() => {
      const piece = pieces.shift();
      if (piece === undefined) this.#stop();
      else {
        this.emit({ type: 'session.output_transcript.delta', delta: piece, start_ms: 0, end_ms: PIECE_MS });
        this.#speak(6000);
      }
    }, PIECE_EVERY_MS);
  }

  #speak(loudness: number): void {
    const pcm = Int16Array.from({ length: msToWireSamples(PIECE_MS) }, (_, n) => loudness * Math.sin(n / 20));
    this.emit({ type: 'session.output_audio.delta', delta: Buffer.from(pcm.buffer).toString('base64') });
  }

  /** What it sends when it has nothing to say. */
  #stop(): void {
    if (this.#timer === null) return;
    clearInterval(this.#timer);
    this.#timer = null;
    this.#speak(5);
  }
}
