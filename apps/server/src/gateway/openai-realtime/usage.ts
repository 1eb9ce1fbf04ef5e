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

/** An estimate: the voices behind avatars count in ways of their own. */
export function usageOf(input: Tokens, output: Tokens) {
  const [inputTokens, outputSum] = [input.text + input.audio, output.text + output.audio];
  return {
    ...{ total_tokens: inputTokens + outputSum, input_tokens: inputTokens, output_tokens: outputSum },
    input_token_details: { text_tokens: input.text, audio_tokens: input.audio, image_tokens: 0, cached_tokens: 0 },
    output_token_details: { text_tokens: output.text, audio_tokens: output.audio },
  };
}
