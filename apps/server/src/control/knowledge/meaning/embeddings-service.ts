import * as z from 'zod';
import type { EmbeddingsSettings } from '../../../ports.ts';
import { packVector, UnfitTextError } from './vectors.ts';

/** A service that turns texts into vectors, near each other where the texts mean the same. */
export type EmbeddingsService = {
  /** Vectors of different models cannot be compared. */
  readonly model: string;
  /** As many vectors as texts, in their order. Rejects in a sentence; with `UnfitTextError` where asking again does not help. */
  embed(texts: readonly string[], signal: AbortSignal): Promise<readonly Buffer[]>;
};

/** Of an answer to some dozens of texts: numbers take some twenty characters each. */
const MAX_ANSWER_BYTES = 16_000_000;
const MAX_DIMENSIONS = 4096;
/** What services answer to texts that are too long for their model, or that they do not take. */
const UNFIT = [400, 413, 422];

const answerSchema = z.object({
  data: z
    .array(z.object({ index: z.int().min(0), embedding: z.array(z.number()).min(1).max(MAX_DIMENSIONS) }))
    .max(1000),
});

/** By OpenAI's embeddings (`POST /embeddings`), which Ollama, llama.cpp, LM Studio, vLLM and others offer, too. */
export function createEmbeddingsService({ url, model, apiKey }: EmbeddingsSettings): EmbeddingsService {
  const base = url.replace(/\/$/, '');
  return {
    model,
    async embed(texts, signal) {
      const key = apiKey();
      const response = await fetch(`${base}/embeddings`, {
        method: 'POST',
        headers: { 'content-type': 'application/json', ...(key && { authorization: `Bearer ${key}` }) },
        body: JSON.stringify({ model, input: texts, encoding_format: 'float' }),
        redirect: 'error',
        signal,
      });
      if (!response.ok) {
        await response.body?.cancel();
        const sentence = `The embeddings service answers with status ${response.status}.`;
        throw UNFIT.includes(response.status) ? new UnfitTextError(sentence) : new Error(sentence);
      }
      return readVectors(JSON.parse(await boundedText(response)), texts.length);
    },
  };
}

async function boundedText(response: Response): Promise<string> {
  const parts: Uint8Array[] = [];
  let bytes = 0;
  for await (const part of response.body ?? []) {
    bytes += part.length;
    if (bytes > MAX_ANSWER_BYTES) throw new Error('The answer of the embeddings service is far too long.');
    parts.push(part);
  }
  return Buffer.concat(parts).toString();
}

function readVectors(answer: unknown, count: number): readonly Buffer[] {
  const { success, data: read } = answerSchema.safeParse(answer);
  if (!success) throw new Error('The embeddings service answers with something else than vectors.');
  const byIndex = new Map(read.data.map(({ index, embedding }) => [index, embedding]));
  const vectors = Array.from({ length: count }, (_, index) => byIndex.get(index) ?? []);
  const dimensions = vectors[0]?.length ?? 0;
  if (read.data.length !== count || vectors.some(({ length }) => length === 0 || length !== dimensions)) {
    throw new Error('The embeddings service answers with other vectors than were asked for.');
  }
  return vectors.map(packVector);
}
