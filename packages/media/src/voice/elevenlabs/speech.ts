import * as z from 'zod';
import type { ServiceWords } from '../cascade/cascade-failure.ts';
import type { Speaker } from '../cascade/speaker.ts';
import type { Service } from '../shared/ask-service.ts';
import { type ServiceVoices, voiceThere } from '../shared/own-voice.ts';
import { PcmBytes } from '../shared/pcm-bytes.ts';
import { readLines } from '../shared/read-lines.ts';
import { type Spoken, serviceSpeaker } from '../shared/speaking-service.ts';

export type ElevenLabsSpeech = ServiceVoices & {
  readonly service: Service;
  readonly model: string;
};

const MAX_CHARACTERS = 10_000;

const chunkSchema = z.object({
  audio_base64: z.string(),
  alignment: z
    .object({
      characters: z.array(z.string()).max(MAX_CHARACTERS),
      character_start_times_seconds: z.array(z.number()).max(MAX_CHARACTERS),
    })
    .nullish(),
});

/**
 * A mouth by ElevenLabs' stream of sound with the time of each character
 * (`POST /v1/text-to-speech/{voice_id}/stream/with-timestamps`, a line of JSON for each piece of sound; shapes as in its SDK 2.73.0).
 */
export function elevenLabsSpeaker({ service, model, ...voices }: ElevenLabsSpeech): Speaker {
  const words: ServiceWords = { what: 'ElevenLabs voice', place: new URL(service.url).host, settings: null };
  return serviceSpeaker({
    service,
    words,
    requestOf: (text, config) => {
      const [language = ''] = config.language.split('-');
      return {
        path: `/v1/text-to-speech/${encodeURIComponent(voiceThere(config, voices))}/stream/with-timestamps?output_format=pcm_24000`,
        body: JSON.stringify({
          text,
          model_id: model,
          // A language that is not told is made out of the text; those of multilingual models cannot be told.
          ...(language === '' || /multilingual/.test(model) ? {} : { language_code: language }),
        }),
      };
    },
    read: readTimedSound,
  });
}

async function* readTimedSound(parts: AsyncIterable<Uint8Array>): AsyncGenerator<Spoken> {
  const bytes = new PcmBytes();
  let word = '';
  let startMs = 0;
  for await (const line of readLines(parts)) {
    if (line.trim() === '') continue;
    const { audio_base64: sound, alignment } = chunkSchema.parse(JSON.parse(line));
    for (const [index, character] of (alignment?.characters ?? []).entries()) {
      if (/\s/.test(character)) {
        if (word !== '') yield { kind: 'word', text: word, startMs };
        word = '';
        continue;
      }
      if (word === '') startMs = 1000 * (alignment?.character_start_times_seconds[index] ?? 0);
      word += character;
    }
    const pcm = bytes.take(Buffer.from(sound, 'base64'));
    if (pcm !== null) yield { kind: 'sound', pcm };
  }
  if (word !== '') yield { kind: 'word', text: word, startMs };
}
