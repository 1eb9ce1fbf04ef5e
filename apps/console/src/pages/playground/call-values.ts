import type { Avatar } from '@visavis/protocol/rest';

/** What one call may do differently from its avatar. */
export type CallValues = {
  readonly voice: string;
  readonly language: string;
  readonly prompt: string;
  readonly firstMessage: string;
};

export function callValuesOf({ voice, language, prompt, firstMessage }: Avatar): CallValues {
  return { voice, language, prompt, firstMessage };
}

/** The fields that differ from `before` and are not empty: the protocol takes empty fields as unchanged. */
export function changedValues(before: CallValues, values: CallValues): Partial<CallValues> {
  const names = Object.keys(values) as (keyof CallValues)[];
  return Object.fromEntries(
    names.filter((name) => values[name] !== before[name] && values[name] !== '').map((name) => [name, values[name]]),
  );
}
