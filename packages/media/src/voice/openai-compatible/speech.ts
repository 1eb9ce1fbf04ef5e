import type { ServiceWords } from '../cascade/cascade-failure.ts';
import type { Speaker } from '../cascade/speaker.ts';
import { voiceOfLanguage } from '../shared/own-voice.ts';
import { readSound } from '../shared/read-sound.ts';
import { serviceSpeaker } from '../shared/speaking-service.ts';
import { askedAt, type CompatibleService } from './compatible-service.ts';

export type SpeechService = CompatibleService & {
  /** Who speaks for avatars whose voice has one of OpenAI's names; left out: the service knows these names. */
  readonly voice?: string | undefined;
  /** Who speaks a language, whatever the avatar's voice: `zh=zf_xiaobei es=ef_dora`. */
  readonly voices?: string | undefined;
  /** It is given up when it says nothing for so long, at the beginning or in between. */
  readonly patienceMs?: number;
};

/**
 * A mouth by OpenAI's speech (`audio/speech`, PCM at 24 kHz), which Kokoro, Orpheus and other servers offer, too. `isOwnVoice`: the
 * service is asked for the avatar's voice by its own name.
 */
export function speechSpeaker(service: SpeechService, isOwnVoice: (voice: string) => boolean): Speaker {
  const { model, voice, voices, patienceMs } = service;
  return serviceSpeaker({
    service: askedAt(service),
    words: wordsOf(service),
    patienceMs,
    requestOf: (text, config) => ({
      path: '/audio/speech',
      body: JSON.stringify({
        model,
        input: text,
        response_format: 'pcm',
        voice:
          voiceOfLanguage(voices, config.language) ??
          (voice === undefined || isOwnVoice(config.voice) ? config.voice : voice),
      }),
    }),
    read: readSound,
  });
}

function wordsOf({ url, isOwners = false }: CompatibleService): ServiceWords {
  return { what: 'speech', place: new URL(url).host, settings: isOwners ? null : 'TTS' };
}
