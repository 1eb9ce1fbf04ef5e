import type { UsageAmounts } from '@visavis/protocol';
import * as z from 'zod';

const figure = z.number().nullish().catch(null);

/** Of `response.done`. */
export const replyUsageSchema = z.object({
  input_tokens: figure,
  output_tokens: figure,
  input_token_details: z.object({ audio_tokens: figure, cached_tokens: figure }).nullish().catch(null),
  output_token_details: z.object({ audio_tokens: figure }).nullish().catch(null),
});

/** Of a transcript: seconds, or tokens, by its model. */
export const transcriptUsageSchema = z.object({
  seconds: figure,
  input_tokens: figure,
  output_tokens: figure,
  input_token_details: z.object({ audio_tokens: figure }).nullish().catch(null),
});

/** Null: the service has counted nothing. */
export function amountsOfReply(usage: z.output<typeof replyUsageSchema> | null | undefined): UsageAmounts | null {
  if (usage === null || usage === undefined) return null;
  const { input_token_details: input, output_token_details: output } = usage;
  return counted({
    inputTokens: usage.input_tokens ?? 0,
    cachedInputTokens: input?.cached_tokens ?? 0,
    audioInputTokens: input?.audio_tokens ?? 0,
    outputTokens: usage.output_tokens ?? 0,
    audioOutputTokens: output?.audio_tokens ?? 0,
  });
}

export function amountsOfTranscript(
  usage: z.output<typeof transcriptUsageSchema> | null | undefined,
): UsageAmounts | null {
  if (usage === null || usage === undefined) return null;
  return counted({
    seconds: usage.seconds ?? 0,
    inputTokens: usage.input_tokens ?? 0,
    audioInputTokens: usage.input_token_details?.audio_tokens ?? 0,
    outputTokens: usage.output_tokens ?? 0,
  });
}

function counted(amounts: UsageAmounts): UsageAmounts | null {
  return Object.values(amounts).some((amount) => amount > 0) ? amounts : null;
}
