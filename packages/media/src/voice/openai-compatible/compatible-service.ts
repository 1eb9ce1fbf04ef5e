import { bearer, type Service } from '../shared/ask-service.ts';

/** A service that speaks one of OpenAI's interfaces. */
export type CompatibleService = {
  /** Base URL, up to `/v1`. */
  readonly url: string;
  readonly model: string;
  readonly apiKey?: string;
  /** The settings of an avatar name it; left out: the server's do. */
  readonly isOwners?: boolean;
  /** The way to it; left out: any. */
  readonly fetch?: typeof globalThis.fetch;
};

/** The same as it is asked over HTTP. */
export function askedAt({ url, apiKey, fetch }: CompatibleService): Service {
  return { url, headers: bearer(apiKey), ...(fetch === undefined ? {} : { fetch }) };
}
