import * as z from 'zod';

/** A language model that a program on this machine offers, or (`url` is null) one of the server's own. */
export type FoundModel = {
  /** Of the program. */
  readonly name: string;
  readonly model: string;
  readonly url: string | null;
  /** What puts it behind the built-in avatars. */
  readonly settings: string;
};

type Place = { readonly name: string; readonly url: string };

/** Where programs that serve language models listen unless told otherwise. */
const PLACES: readonly Place[] = [
  { name: 'Ollama', url: 'http://127.0.0.1:11434/v1' },
  { name: 'LM Studio', url: 'http://127.0.0.1:1234/v1' },
  { name: 'llama.cpp', url: 'http://127.0.0.1:8080/v1' },
];

/** Who does not answer so soon on the same machine does not run. */
const LIMIT_MS = 700;
const MAX_ANSWER_BYTES = 500_000;

const modelListSchema = z.object({ data: z.array(z.object({ id: z.string().min(1).max(200) })).max(1000) });
/** They write no answers. */
const NO_TALKERS = /embed|bge-|minilm|rerank|whisper|ocr/i;

/** Asks the usual places on this machine for language models, in the order in which they are looked for; never rejects. */
export async function findLanguageModels(places: readonly Place[] = PLACES): Promise<readonly FoundModel[]> {
  const found = await Promise.all(places.map((place) => modelAt(place).catch(() => null)));
  return found.filter((model) => model !== null);
}

async function modelAt({ name, url }: Place): Promise<FoundModel | null> {
  const signal = AbortSignal.timeout(LIMIT_MS);
  const response = await fetch(`${url}/models`, { signal, redirect: 'error' });
  if (!response.ok || response.body === null) return null;
  let text = '';
  for await (const part of response.body.pipeThrough(new TextDecoderStream())) {
    text += part;
    if (text.length > MAX_ANSWER_BYTES) return null;
  }
  const list = modelListSchema.safeParse(JSON.parse(text));
  const model = list.data?.data.find(({ id }) => !NO_TALKERS.test(id))?.id;
  return model === undefined ? null : { name, model, url, settings: `LLM_URL=${url} LLM_MODEL=${quoted(model)}` };
}

/** As a shell takes it. */
function quoted(word: string): string {
  return /^[\w.:/@-]+$/.test(word) ? word : `'${word.replaceAll("'", String.raw`'\''`)}'`;
}
