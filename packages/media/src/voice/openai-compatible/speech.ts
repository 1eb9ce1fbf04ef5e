import { WIRE_SAMPLE_RATE_HZ, wireSamplesToMs } from '../../core/audio-format.ts';
import type { VoiceEvent } from '../../core/voice-port.ts';
import type { Speaker, SpeakingConfig, TalkSpeaker, TurnSpeaker } from '../cascade/speaker.ts';
import { readMarkup } from '../text/read-markup.ts';
import { askService, brokenAnswer, partsOf, type Service } from './ask-service.ts';

export type SpeechService = Service & {
  /** Who speaks for avatars whose voice has one of OpenAI's names; left out: the service knows these names. */
  readonly voice?: string | undefined;
  /** It is given up when it says nothing for so long, at the beginning or in between. */
  readonly patienceMs?: number;
};

const PATIENCE_MS = 20_000;
const BYTES_PER_SAMPLE = 2;
/** Ten minutes of a reply: more is never heard. */
const MAX_REPLY_SAMPLES = 600 * WIRE_SAMPLE_RATE_HZ;

/** A piece of a reply whose sound is under way. */
type Begun = { readonly key: string; readonly aborter: AbortController; readonly response: Promise<Response> };

/**
 * A mouth by OpenAI's speech (`audio/speech`, PCM at 24 kHz), which Kokoro, Orpheus and other servers offer, too. Sound is handed on as
 * it comes. `isOwnVoice`: the service is asked for the avatar's voice by its own name.
 */
export function speechSpeaker(service: SpeechService, isOwnVoice: (voice: string) => boolean): Speaker {
  return { openTalk: () => new ServiceTalk(service, isOwnVoice) };
}

class ServiceTalk implements TalkSpeaker {
  readonly #service: SpeechService;
  readonly #isOwnVoice: (voice: string) => boolean;
  #prepared: Begun | null = null;

  constructor(service: SpeechService, isOwnVoice: (voice: string) => boolean) {
    this.#service = service;
    this.#isOwnVoice = isOwnVoice;
  }

  prepare(text: string, config: SpeakingConfig): void {
    const key = this.#requestOf(text, config);
    if (this.#prepared?.key === key) return;
    this.forget();
    this.#prepared = this.#begin(key);
  }

  forget(): void {
    this.#prepared?.aborter.abort();
    this.#prepared = null;
  }

  beginTurn(turnId: string, emit: (event: VoiceEvent) => void): TurnSpeaker {
    let samples = 0;
    let shownBefore = '';
    return {
      speak: async (text, config, signal) => {
        const shown = readMarkup(text).text.trim();
        if (!/[\p{L}\p{N}]/u.test(shown)) return;
        const patienceMs = this.#service.patienceMs ?? PATIENCE_MS;
        const begun = this.#take(this.#requestOf(text, config));
        const onAbort = (): void => begun.aborter.abort();
        signal.addEventListener('abort', onAbort, { once: true });
        try {
          const response = await begun.response;
          const gap = shownBefore === '' ? '' : ' ';
          shownBefore = shown;
          emit({ type: 'text-delta', turnId, text: gap + shown, audioStartMs: wireSamplesToMs(samples) });
          for await (const pcm of samplesOf(partsOf(response, { words: wordsOf(this.#service), patienceMs }))) {
            samples += pcm.length;
            emit({ type: 'audio', turnId, pcm });
            if (samples > MAX_REPLY_SAMPLES) break;
          }
        } catch (error) {
          if (!signal.aborted) throw brokenAnswer(wordsOf(this.#service), error);
        } finally {
          signal.removeEventListener('abort', onAbort);
        }
      },
    };
  }

  #requestOf(text: string, config: SpeakingConfig): string {
    const { model, voice } = this.#service;
    return JSON.stringify({
      ...{ model, input: readMarkup(text).text.trim(), response_format: 'pcm' },
      voice: voice === undefined || this.#isOwnVoice(config.voice) ? config.voice : voice,
    });
  }

  #take(key: string): Begun {
    const prepared = this.#prepared;
    this.#prepared = null;
    if (prepared?.key === key) return prepared;
    prepared?.aborter.abort();
    return this.#begin(key);
  }

  #begin(key: string): Begun {
    const aborter = new AbortController();
    const options = {
      words: wordsOf(this.#service),
      body: key,
      signal: aborter.signal,
      patienceMs: this.#service.patienceMs ?? PATIENCE_MS,
    };
    const response = askService(this.#service, '/audio/speech', options);
    // Who takes it is told; of one that nobody takes it does not matter.
    response.catch(() => {});
    return { key, aborter, response };
  }
}

function wordsOf({ url, isOwners = false }: Service) {
  return { what: 'speech', place: new URL(url).host, settings: isOwners ? null : 'TTS' };
}

/** PCM16 of a body whose parts end anywhere. */
async function* samplesOf(parts: AsyncIterable<Uint8Array>): AsyncGenerator<Int16Array<ArrayBuffer>> {
  let rest = Buffer.alloc(0);
  for await (const part of parts) {
    const bytes = Buffer.concat([rest, part]);
    const whole = bytes.length - (bytes.length % BYTES_PER_SAMPLE);
    rest = bytes.subarray(whole);
    if (whole === 0) continue;
    const pcm = new Int16Array(whole / BYTES_PER_SAMPLE);
    for (let index = 0; index < pcm.length; index += 1) pcm[index] = bytes.readInt16LE(index * BYTES_PER_SAMPLE);
    yield pcm;
  }
}
