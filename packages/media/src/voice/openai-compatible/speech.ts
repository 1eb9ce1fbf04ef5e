import type { ServiceWords } from '../cascade/cascade-failure.ts';
import type { Speaker } from '../cascade/speaker.ts';
import { askService, bearer } from '../shared/ask-service.ts';
import { readSound } from '../shared/read-sound.ts';
import { serviceSpeaker } from '../shared/speaking-service.ts';
import type { CompatibleService } from './compatible-service.ts';

export type SpeechService = CompatibleService & {
  /** Who speaks for avatars whose voice has one of OpenAI's names; left out: the service knows these names. */
  readonly voice?: string | undefined;
  /** It is given up when it says nothing for so long, at the beginning or in between. */
  readonly patienceMs?: number;
};

const PATIENCE_MS = 20_000;

/**
 * A mouth by OpenAI's speech (`audio/speech`, PCM at 24 kHz), which Kokoro, Orpheus and other servers offer, too. `isOwnVoice`: the
 * service is asked for the avatar's voice by its own name.
 */
export function speechSpeaker(service: SpeechService, isOwnVoice: (voice: string) => boolean): Speaker {
  const { url, model, voice, apiKey, fetch, patienceMs = PATIENCE_MS } = service;
  const words = wordsOf(service);
  const asked = { url, headers: bearer(apiKey), ...(fetch === undefined ? {} : { fetch }) };
  return serviceSpeaker({
    words,
    patienceMs,
    requestOf: (text, config) => ({
      path: '/audio/speech',
      body: JSON.stringify({
        ...{ model, input: text, response_format: 'pcm' },
        voice: voice === undefined || isOwnVoice(config.voice) ? config.voice : voice,
      }),
    }),
    ask: ({ path, body }, signal) => askService(asked, path, { words, body, signal, patienceMs }),
    read: readSound,
  });
}

function wordsOf({ url, isOwners = false }: CompatibleService): ServiceWords {
  return { what: 'speech', place: new URL(url).host, settings: isOwners ? null : 'TTS' };
}
