import { TestClient, type WireEvent } from '../../apps/server/src/gateway/navtalk-v2/test-client.ts';
import { seededRandom } from '../../packages/media/src/core/random.ts';
import { NativeClient } from '../../packages/media/src/webrtc/testing/native-client.ts';
import { waitUntil } from '../../packages/media/src/webrtc/testing/wait-until.ts';
import type { TestServer } from './server-process.ts';

const MEDIA_PORTS = { begin: 25_500, end: 25_699 };
const CHUNK_MS = 20;
const CHUNK_SAMPLES = 480;
/** With its header a packet of silence has 64 bytes; speech has 90 and more. */
const LEAST_SOUND_BYTES = 80;
/** Shorter stretches without sound are pauses of speech. */
const PAUSE_MS = 450;
const LIMIT_MS = 60_000;
const ANSWER_MS = 3000;

type Sound = { readonly atMs: number; readonly isSound: boolean };

/** What became of a reply that somebody spoke over; times in ms from the beginning and from the end of his voice. */
export type Outcome = {
  readonly goesOn: boolean;
  /** Replies that were begun after the word. */
  readonly answers: number;
  /** From the beginning of the voice to the last sound before the pause; null where the avatar never paused. */
  readonly silentAfterMs: number | null;
  /** From the end of the voice to the next sound of the same reply; null where it ended or never paused. */
  readonly resumedAfterMs: number | null;
  /** From the end of the voice until the client was told that the reply is over, where it was interrupted. */
  readonly endedAfterMs: number | null;
  readonly transcripts: readonly string[];
};

/** PCM16 mono 24 kHz, and where in it the voice begins and ends. */
export type Spoken = { readonly pcm: Int16Array; readonly startMs: number; readonly endMs: number };

/** A call in real time whose user speaks over the avatar, and which notes when the avatar is heard. */
export class SpokenOverCall {
  readonly #client: TestClient;
  readonly #media: NativeClient;
  readonly #sounds: Sound[] = [];
  readonly #timer: NodeJS.Timeout;
  readonly #startedAtMs = performance.now();
  readonly #roomNoise = seededRandom('a quiet room');
  #sentChunks = 0;
  #queue: Int16Array = new Int16Array(0);

  static async open(server: TestServer): Promise<SpokenOverCall> {
    const client = new TestClient(server.url.replace('http', 'ws'), {
      license: server.license,
      name: 'navtalk.Emma',
      model: 'local',
      visavis: '1',
    });
    await client.opened();
    const media = new NativeClient(MEDIA_PORTS);
    const offer = await client.event('webrtc.signaling.offer', 0, LIMIT_MS);
    const { sdp } = offer.data as { sdp: { sdp: string } };
    client.send({ type: 'webrtc.signaling.answer', data: { sdp: await media.answer(sdp.sdp) } });
    const call = new SpokenOverCall(client, media);
    await waitUntil(() => media.audioPackets > 0, LIMIT_MS);
    client.send({ type: 'visavis.interrupt' });
    return call;
  }

  private constructor(client: TestClient, media: NativeClient) {
    this.#client = client;
    this.#media = media;
    media.onAudioPacket = (bytes) =>
      this.#sounds.push({ atMs: performance.now(), isSound: bytes >= LEAST_SOUND_BYTES });
    this.#timer = setInterval(() => this.#sendDueChunks(), CHUNK_MS);
  }

  /** Has the avatar say `text`, speaks over it once it has been heard for `afterMs`, and waits for the end of the reply. */
  async speakOver(text: string, word: Spoken, afterMs = 1200): Promise<Outcome> {
    const { events } = this.#client;
    const began = events.length;
    this.#client.send({ type: 'visavis.say', data: { text } });
    // Other replies, late answers among them, may begin before it.
    const isSaid = ({ type, data }: WireEvent): boolean =>
      type === 'realtime.response.audio_transcript.delta' && text.startsWith(String(data.content));
    await waitUntil(() => events.slice(began).some(isSaid), LIMIT_MS);
    const turnId = events.slice(began).find(isSaid)?.data.id;
    this.#sounds.length = 0;
    await waitUntil(() => this.#soundsForMs() >= afterMs, LIMIT_MS);
    const beforeWord = events.length;
    const spokenAtMs = this.#speak(word.pcm);
    const [voiceStartMs, voiceEndMs] = [spokenAtMs + word.startMs, spokenAtMs + word.endMs];
    let doneAtMs = 0;
    await waitUntil(() => {
      const isDone = events.slice(began).some((event) => isDoneOf(event, turnId));
      if (isDone && doneAtMs === 0) doneAtMs = performance.now();
      return isDone && performance.now() > voiceEndMs;
    }, LIMIT_MS);
    const goesOn = events.slice(began).find((event) => isDoneOf(event, turnId))?.data.interrupted === false;
    // All that was said has been made out, and an answer would follow at once.
    const count = (isKind: (event: WireEvent) => boolean): number => events.slice(began).filter(isKind).length;
    await waitUntil(() => count(isTranscript) >= count(isSpeech), LIMIT_MS);
    if (!goesOn) await waitUntil(() => answersIn(events.slice(beforeWord), turnId) > 0, ANSWER_MS).catch(() => {});
    const answers = answersIn(events.slice(beforeWord), turnId);
    this.#client.send({ type: 'visavis.interrupt' });
    const silence = this.#silenceAfter(voiceStartMs);
    // The silence behind a reply that was said to its end is no pause.
    const pause = goesOn && silence?.endMs === Number.POSITIVE_INFINITY ? null : silence;
    return {
      goesOn,
      answers,
      silentAfterMs: pause === null ? null : pause.startMs - voiceStartMs,
      resumedAfterMs: !goesOn || pause === null ? null : pause.endMs - voiceEndMs,
      endedAfterMs: goesOn ? null : doneAtMs - voiceEndMs,
      transcripts: events
        .slice(began)
        .filter(isTranscript)
        .map((event) => String(event.data.content)),
    };
  }

  close(): void {
    clearInterval(this.#timer);
    this.#client.socket.close();
    this.#media.close();
  }

  /** Puts sound behind what is still to be sent; returns when its first sample goes out. */
  #speak(pcm: Int16Array): number {
    this.#queue = pcm;
    return this.#startedAtMs + this.#sentChunks * CHUNK_MS;
  }

  #sendDueChunks(): void {
    const due = Math.floor((performance.now() - this.#startedAtMs) / CHUNK_MS);
    for (; this.#sentChunks < due; this.#sentChunks += 1) {
      // A quiet room: white noise at about -60 dB of full scale.
      const chunk = Int16Array.from({ length: CHUNK_SAMPLES }, (_, k) =>
        Math.round((this.#queue[k] ?? 0) + (this.#roomNoise() - 0.5) * 110),
      );
      this.#queue = this.#queue.slice(CHUNK_SAMPLES);
      const audio = Buffer.from(chunk.buffer).toString('base64');
      this.#client.send({ type: 'realtime.input_audio_buffer.append', data: { audio } });
    }
  }

  #soundsForMs(): number {
    const first = this.#sounds.find(({ isSound }) => isSound);
    return first === undefined ? 0 : performance.now() - first.atMs;
  }

  /** The first long stretch without sound after `fromMs`; one that never ends has an infinite end. */
  #silenceAfter(fromMs: number): { startMs: number; endMs: number } | null {
    const heard = this.#sounds.filter(({ isSound }) => isSound).map(({ atMs }) => atMs);
    for (const [index, atMs] of heard.entries()) {
      const nextMs = heard[index + 1] ?? Number.POSITIVE_INFINITY;
      if (nextMs > fromMs && nextMs - Math.max(atMs, fromMs - PAUSE_MS) > PAUSE_MS) {
        return { startMs: atMs + CHUNK_MS, endMs: nextMs };
      }
    }
    return null;
  }
}

function isDoneOf(event: WireEvent, turnId: unknown): boolean {
  return event.type === 'realtime.response.audio.done' && event.data.id === turnId;
}

function isSpeech(event: WireEvent): boolean {
  return event.type === 'realtime.input_audio_buffer.speech_started';
}

function isTranscript(event: WireEvent): boolean {
  return event.type === 'realtime.conversation.item.input_audio_transcription.completed';
}

function answersIn(events: readonly WireEvent[], turnId: unknown): number {
  return events.filter((event) => event.type === 'visavis.reply.started' && event.data.id !== turnId).length;
}
