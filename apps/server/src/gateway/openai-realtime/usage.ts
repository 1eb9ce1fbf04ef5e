import type { Usage } from '@visavis/protocol';
import type { OpenResponse } from './state.ts';

/** So much text is a token, more or less, and so long a sound is one, of the user's and of the avatar's, by OpenAI's own measure. */
const CHARACTERS = 4;
const HEARD_MS = 100;
const SAID_MS = 50;

export type Tokens = { readonly text: number; readonly audio: number };

export function textTokens(text: string): number {
  return Math.ceil(text.length / CHARACTERS);
}

export function heardTokens(durationMs: number): number {
  return Math.ceil(Math.max(0, durationMs) / HEARD_MS);
}

export function outputTokens({ text, soundMs }: Pick<OpenResponse, 'text' | 'soundMs'>): Tokens {
  return { text: textTokens(text), audio: Math.ceil(soundMs / SAID_MS) };
}

/** As the voice behind the avatar has counted; null: it counts no tokens. */
export function countedUsage({ voice = {}, thinker = {} }: Usage) {
  const input = (voice.inputTokens ?? 0) + (thinker.inputTokens ?? 0);
  const output = (voice.outputTokens ?? 0) + (thinker.outputTokens ?? 0);
  if (input + output === 0) return null;
  const [heard, said] = [voice.audioInputTokens ?? 0, voice.audioOutputTokens ?? 0];
  const cached = (voice.cachedInputTokens ?? 0) + (thinker.cachedInputTokens ?? 0);
  const sums = usageOf(
    { text: Math.max(0, input - heard), audio: heard },
    { text: Math.max(0, output - said), audio: said },
  );
  return { ...sums, input_token_details: { ...sums.input_token_details, cached_tokens: cached } };
}

/** An estimate, where nothing was counted. */
export function usageOf(input: Tokens, output: Tokens) {
  const [inputTokens, outputSum] = [input.text + input.audio, output.text + output.audio];
  return {
    total_tokens: inputTokens + outputSum,
    input_tokens: inputTokens,
    output_tokens: outputSum,
    input_token_details: { text_tokens: input.text, audio_tokens: input.audio, image_tokens: 0, cached_tokens: 0 },
    output_token_details: { text_tokens: output.text, audio_tokens: output.audio },
  };
}
