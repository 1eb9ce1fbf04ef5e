import * as z from 'zod';
import { WIRE_SAMPLE_RATE_HZ } from '../../core/audio-format.ts';
import type { Logger } from '../../core/logger.ts';
import { wavFile } from '../../core/wav-file.ts';
import type { Recogniser } from '../cascade/recogniser.ts';
import type { CountUsage } from '../cascade/thinker.ts';
import { type Written, WrittenTurn } from '../cascade/written-turn.ts';
import { hintOf, tagOfLanguage } from '../languages.ts';
import { askService, partsOf } from '../shared/ask-service.ts';
import { askedAt, type CompatibleService } from './compatible-service.ts';

export type TranscriptionService = CompatibleService;

/** Silence after which the turn so far is written down. */
const PAUSE_MS = 256;
const PATIENCE_MS = 15_000;
const MAX_ANSWER_BYTES = 1_000_000;

const figure = z.number().nullish().catch(null);
/** Services that count tell seconds or tokens. */
const transcriptSchema = z.object({
  text: z.string().max(20_000),
  /** Many servers tell it by its name in English, some by its tag, most not at all. */
  language: z.string().max(40).nullish().catch(null).transform(tagOfLanguage),
  usage: z.object({ seconds: figure, input_tokens: figure, output_tokens: figure }).nullish().catch(null),
});

/** Ears by OpenAI's transcriptions, which whisper.cpp, faster-whisper servers, vLLM and Groq offer, too. */
export function transcribingRecogniser(service: TranscriptionService, logger: Logger): Recogniser {
  return {
    listen: ({ onWords, count, language }) =>
      new WrittenTurn({
        transcribe: (sound, signal) => transcribe(service, sound, { signal, count, hint: hintOf(language) }),
        logger,
        onWords,
        pauseMs: PAUSE_MS,
      }),
  };
}

async function transcribe(
  service: TranscriptionService,
  sound: readonly Int16Array[],
  { signal, count, hint }: { readonly signal: AbortSignal; readonly count: CountUsage; readonly hint: string | null },
): Promise<Written> {
  const words = {
    what: 'transcription',
    place: new URL(service.url).host,
    settings: service.isOwners === true ? null : 'STT',
  };
  const body = new FormData();
  body.set('model', service.model);
  body.set('response_format', 'json');
  if (hint !== null) body.set('language', hint);
  body.set('file', new Blob([wavFile(sound, WIRE_SAMPLE_RATE_HZ)], { type: 'audio/wav' }), 'turn.wav');
  const options = { words, body, signal, patienceMs: PATIENCE_MS };
  const answer: Uint8Array[] = [];
  let bytes = 0;
  for await (const part of partsOf(await askService(askedAt(service), '/audio/transcriptions', options), options)) {
    bytes += part.length;
    if (bytes > MAX_ANSWER_BYTES) throw new Error('Its answer is far too long.');
    answer.push(part);
  }
  const { text, usage, language } = transcriptSchema.parse(JSON.parse(Buffer.concat(answer).toString()));
  count({
    seconds: usage?.seconds ?? sound.reduce((sum, { length }) => sum + length, 0) / WIRE_SAMPLE_RATE_HZ,
    inputTokens: usage?.input_tokens ?? 0,
    outputTokens: usage?.output_tokens ?? 0,
  });
  return { words: text.replace(/\s+/g, ' ').trim(), language: language ?? null };
}
