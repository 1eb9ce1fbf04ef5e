import WebSocket from 'ws';
import { NativeClient } from '../../packages/media/src/webrtc/testing/native-client.ts';
import { waitUntil } from '../../packages/media/src/webrtc/testing/wait-until.ts';

const MEDIA_PORTS = { begin: 25_300, end: 25_499 };
const CHUNK_MS = 20;
const CHUNK_SAMPLES = 480;

/** What a client does: nothing, send quiet noise, keep the avatar talking, or send speech for it to say. */
export type Activity = 'muted' | 'quiet-noise' | 'talking' | 'streaming';

export type Received = {
  readonly pictures: number;
  readonly videoBytes: number;
  readonly audioPackets: number;
  readonly audioBytes: number;
};

/** A call that takes in sound and picture without decoding them, so that the machine is left to the server. */
export class LightClient {
  readonly #socket: WebSocket;
  readonly #media = new NativeClient(MEDIA_PORTS);
  readonly #speech: Int16Array;
  readonly #text: string;
  #activity: Activity = 'muted';
  #isUpdated = false;
  #timer: NodeJS.Timeout | null = null;
  #sentChunks = 0;
  #startedAtMs = 0;

  static async open(url: string, speech: Int16Array, text: string): Promise<LightClient> {
    const client = new LightClient(url, speech, text);
    await waitUntil(() => client.#isUpdated && client.#media.firstPictureAtMs !== null, 60_000);
    return client;
  }

  constructor(url: string, speech: Int16Array, text: string) {
    this.#speech = speech;
    this.#text = text;
    this.#socket = new WebSocket(url, { perMessageDeflate: false });
    this.#socket.on('message', (data) => void this.#take(JSON.parse(String(data))));
  }

  received(): Received {
    const { pictures, videoBytes, audioPackets, audioBytes } = this.#media;
    return { pictures, videoBytes, audioPackets, audioBytes };
  }

  act(activity: Activity): void {
    this.#activity = activity;
    if (this.#timer !== null) clearInterval(this.#timer);
    this.#timer = null;
    if (activity === 'talking') this.#askToTalk();
    else this.#send({ type: 'response.cancel' });
    if (activity === 'quiet-noise' || activity === 'streaming') {
      this.#sentChunks = 0;
      this.#startedAtMs = performance.now();
      this.#timer = setInterval(() => this.#sendDueChunks(), CHUNK_MS);
    }
  }

  close(): void {
    if (this.#timer !== null) clearInterval(this.#timer);
    this.#socket.close();
    this.#media.close();
  }

  async #take(message: { type: string; data?: { sdp?: { sdp: string } } }): Promise<void> {
    if (message.type === 'webrtc.signaling.offer') {
      const answer = await this.#media.answer(message.data?.sdp?.sdp ?? '');
      this.#send({ type: 'webrtc.signaling.answer', data: { sdp: answer } });
    }
    if (message.type === 'realtime.session.updated') this.#isUpdated = true;
    if (message.type === 'visavis.reply.started' && this.#activity !== 'talking' && this.#activity !== 'streaming') {
      this.#send({ type: 'response.cancel' });
    }
    if (message.type === 'realtime.response.audio.done' && this.#activity === 'talking') this.#askToTalk();
  }

  #askToTalk(): void {
    this.#send({ type: 'response.create', response: { instructions: `Say exactly: ${this.#text}` } });
  }

  #sendDueChunks(): void {
    const due = Math.floor((performance.now() - this.#startedAtMs) / CHUNK_MS);
    for (; this.#sentChunks < due; this.#sentChunks += 1) {
      const pcm = this.#activity === 'streaming' ? this.#speechChunk(this.#sentChunks) : noiseChunk();
      const audio = Buffer.from(pcm.buffer, pcm.byteOffset, pcm.byteLength).toString('base64');
      this.#send({ type: 'realtime.input_audio_buffer.append', data: { audio } });
    }
  }

  #speechChunk(index: number): Int16Array {
    const chunks = Math.floor(this.#speech.length / CHUNK_SAMPLES);
    const start = (index % chunks) * CHUNK_SAMPLES;
    return this.#speech.slice(start, start + CHUNK_SAMPLES);
  }

  #send(message: unknown): void {
    if (this.#socket.readyState === WebSocket.OPEN) this.#socket.send(JSON.stringify(message));
  }
}

/** A quiet room: white noise at about -60 dB of full scale. */
function noiseChunk(): Int16Array {
  return Int16Array.from({ length: CHUNK_SAMPLES }, () => Math.round((Math.random() - 0.5) * 110));
}
