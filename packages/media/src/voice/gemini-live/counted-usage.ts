import type { UsageAmounts } from '@visavis/protocol';
import * as z from 'zod';

const figure = z.number().nullish().catch(null);
const byModality = z
  .array(z.object({ modality: z.string().nullish(), tokenCount: figure }))
  .nullish()
  .catch(null);

/** `usageMetadata` of a message. */
export const usageMetadataSchema = z.object({
  promptTokenCount: figure,
  cachedContentTokenCount: figure,
  responseTokenCount: figure,
  thoughtsTokenCount: figure,
  promptTokensDetails: byModality,
  responseTokensDetails: byModality,
});

/** Null: the service has counted nothing. */
export function amountsOf(usage: z.output<typeof usageMetadataSchema>): UsageAmounts | null {
  const amounts = {
    inputTokens: usage.promptTokenCount ?? 0,
    cachedInputTokens: usage.cachedContentTokenCount ?? 0,
    audioInputTokens: soundOf(usage.promptTokensDetails),
    // Thoughts are paid for as what is said.
    outputTokens: (usage.responseTokenCount ?? 0) + (usage.thoughtsTokenCount ?? 0),
    audioOutputTokens: soundOf(usage.responseTokensDetails),
  };
  return Object.values(amounts).some((amount) => amount > 0) ? amounts : null;
}

function soundOf(details: z.output<typeof byModality>): number {
  return (details ?? []).reduce(
    (sum, { modality, tokenCount }) => sum + (modality === 'AUDIO' ? (tokenCount ?? 0) : 0),
    0,
  );
}
