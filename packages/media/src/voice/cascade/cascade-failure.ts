import type { VoiceFailureCategory } from '../../core/voice-port.ts';

/** Why a part of a cascade cannot do what it is asked to, with what to do about it. */
export class CascadeFailure extends Error {
  readonly category: VoiceFailureCategory;
  /** It may go well when it is tried again. */
  readonly isRetryable: boolean;

  constructor(category: VoiceFailureCategory, isRetryable: boolean, message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = 'CascadeFailure';
    this.category = category;
    this.isRetryable = isRetryable;
  }
}

/** A service as sentences about it name it. */
export type ServiceWords = {
  /** Like `language model`. */
  readonly what: string;
  /** Host and port. */
  readonly place: string;
  /** What the settings of the server that name it begin with, like `LLM`; null: an avatar's own settings do. */
  readonly settings: string | null;
};

/** What a service that is asked over HTTP answered in place of a result; no status: it could not be asked. */
export function serviceFailure(
  { what, place, settings }: ServiceWords,
  said: string,
  status: number | undefined,
  cause: unknown,
): CascadeFailure {
  const fail = (category: VoiceFailureCategory, isRetryable: boolean, message: string): CascadeFailure =>
    new CascadeFailure(category, isRetryable, message, { cause });
  const service = `The ${what} at ${place}`;
  const { key, model, url } = hintsOf(settings);
  if (status === 401 || status === 403) {
    return fail('authentication', false, `${service} refused the key (${status}). Set ${key}.`);
  }
  if (status === 402 || /insufficient_quota|billing/i.test(said)) {
    return fail('quota', false, `The account at ${place} has no credit left for the ${what}.`);
  }
  if (status === 404) {
    return fail(
      'invalid-request',
      false,
      `There is no such ${what} at ${place}: ${said} Set ${model}, or see whether ${url} ends with /v1.`,
    );
  }
  if (status === 429) return fail('rate-limit', true, `${service} is asked too often (429). Try again in a moment.`);
  if (status !== undefined && status < 500) {
    return fail('invalid-request', false, `${service} refused the request (${status}): ${said}`);
  }
  if (status !== undefined) return fail('internal', true, `${service} failed (${status}): ${said}`);
  return fail('connectivity', true, `${service} cannot be reached: ${said} See whether it runs, and ${url}.`);
}

function hintsOf(settings: string | null) {
  if (settings !== null) return { key: `${settings}_API_KEY`, model: `${settings}_MODEL`, url: `${settings}_URL` };
  return {
    key: "another key in the avatar's settings",
    model: "another model in the avatar's settings",
    url: 'its base URL there',
  };
}

/** A service that says nothing for so long. */
export function tooSlow({ what, place }: ServiceWords, patienceMs: number): CascadeFailure {
  const message = `The ${what} at ${place} has said nothing for ${patienceMs / 1000} s. See whether it runs, or choose a smaller model.`;
  return new CascadeFailure('connectivity', true, message);
}
