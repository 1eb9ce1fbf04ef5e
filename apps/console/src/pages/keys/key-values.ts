import type { LicenceKey } from '@visavis/protocol/rest';

/** Fields of a key as a form holds them. */
export type KeyValues = {
  readonly name: string;
  readonly calls: number | string;
  /** Empty: no limit. */
  readonly minutes: number | string;
  /** One a line. */
  readonly origins: string;
  readonly hasStringArguments: boolean;
};

const defaultConcurrentCalls = 5;

/** Null: a new one. */
export function valuesOf(licence: LicenceKey | null): KeyValues {
  return {
    name: licence?.name ?? '',
    calls: licence?.maxConcurrentCalls ?? defaultConcurrentCalls,
    minutes: licence?.maxMinutesPerDay ?? '',
    origins: licence?.allowedOrigins.join('\n') ?? '',
    hasStringArguments: licence?.toolArguments === 'string',
  };
}

/** What is asked of the server. */
export function wishOf({ name, calls, minutes, origins, hasStringArguments }: KeyValues) {
  return {
    name,
    maxConcurrentCalls: Number(calls),
    maxMinutesPerDay: minutes === '' ? null : Number(minutes),
    allowedOrigins: origins.split(/\s+/).filter((origin) => origin !== ''),
    toolArguments: hasStringArguments ? 'string' : 'object',
  };
}
