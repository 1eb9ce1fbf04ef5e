import * as z from 'zod';
import { WIRE_SAMPLE_RATE_HZ } from '../../core/audio-format.ts';
import { CascadeFailure, type ServiceWords } from '../cascade/cascade-failure.ts';
import type { Speaker } from '../cascade/speaker.ts';
import type { Service } from '../shared/ask-service.ts';
import { type ServiceVoices, voiceThere } from '../shared/own-voice.ts';
import { PcmBytes } from '../shared/pcm-bytes.ts';
import { readLines } from '../shared/read-lines.ts';
import { type Spoken, serviceSpeaker } from '../shared/speaking-service.ts';

export type CartesiaSpeech = ServiceVoices & {
  readonly service: Service;
  readonly model: string;
};

const MAX_WORDS = 2000;

const eventSchema = z.discriminatedUnion('type', [
  z.object({ type: z.literal('chunk'), data: z.string() }),
  z.object({
    type: z.literal('timestamps'),
    word_timestamps: z.object({
      words: z.array(z.string()).max(MAX_WORDS),
      start: z.array(z.number()).max(MAX_WORDS),
    }),
  }),
  z.object({ type: z.literal('error'), title: z.string().optional(), message: z.string().optional() }),
]);

/**
 * A mouth by Cartesia's events of sound and word times (`POST /tts/sse`; shapes as in its SDK 4.2.0, whose version of the interface
 * is asked for).
 */
export function cartesiaSpeaker({ service, model, ...voices }: CartesiaSpeech): Speaker {
  const words: ServiceWords = { what: 'Cartesia voice', place: new URL(service.url).host, settings: null };
  return serviceSpeaker({
    service,
    words,
    requestOf: (text, config) => ({
      path: '/tts/sse',
      body: JSON.stringify({
        model_id: model,
        transcript: text,
        add_timestamps: true,
        voice: { mode: 'id', id: voiceThere(config, voices) },
        ...(config.language === '' ? {} : { language: config.language.split('-')[0] }),
        output_format: { container: 'raw', encoding: 'pcm_s16le', sample_rate: WIRE_SAMPLE_RATE_HZ },
      }),
    }),
    read: readEvents,
  });
}

async function* readEvents(parts: AsyncIterable<Uint8Array>): AsyncGenerator<Spoken> {
  const bytes = new PcmBytes();
  for await (const line of readLines(parts)) {
    if (!line.startsWith('data:')) continue;
    // Kinds that are not known are not for us.
    const { success, data: event } = eventSchema.safeParse(JSON.parse(line.slice('data:'.length)));
    if (!success) continue;
    if (event.type === 'error') {
      const said = event.message ?? event.title ?? 'no reason was given';
      throw new CascadeFailure('internal', true, `Cartesia stopped speaking: ${said.slice(0, 300)}`);
    }
    if (event.type === 'timestamps') {
      const { words, start } = event.word_timestamps;
      for (const [index, text] of words.entries()) yield { kind: 'word', text, startMs: 1000 * (start[index] ?? 0) };
      continue;
    }
    const pcm = bytes.take(Buffer.from(event.data, 'base64'));
    if (pcm !== null) yield { kind: 'sound', pcm };
  }
}
