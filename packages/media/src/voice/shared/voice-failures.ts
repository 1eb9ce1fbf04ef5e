import type { VoiceEvent, VoiceFailureCategory } from '../../core/voice-port.ts';

export type VoiceFailure = {
  readonly category: VoiceFailureCategory;
  /** Whether trying again may help. */
  readonly retryable: boolean;
  /** A sentence for the user; names neither accounts nor keys. */
  readonly message: string;
  /** What the service said, for the log, without secrets. */
  readonly detail: string;
};

/** Why a talk could not be opened. */
export class VoiceOpenError extends Error {
  readonly category: VoiceFailureCategory;
  readonly retryable: boolean;

  constructor(failure: VoiceFailure) {
    super(failure.message);
    this.name = 'VoiceOpenError';
    this.category = failure.category;
    this.retryable = failure.retryable;
  }
}

const SENTENCES: Readonly<Record<VoiceFailureCategory, string>> = {
  authentication: 'The voice service refused the key.',
  quota: "The voice service's account has no credit left.",
  'rate-limit': 'The voice service takes no more requests at the moment. Please try again shortly.',
  connectivity: 'The voice service cannot be reached.',
  'invalid-request': 'The voice service did not accept a request',
  internal: 'The voice service had a fault of its own. Please try again.',
};
const RETRYABLE: ReadonlySet<VoiceFailureCategory> = new Set(['rate-limit', 'connectivity', 'internal']);

const MAX_DETAIL_CHARACTERS = 400;

/** Keys and account names as services quote them in their messages. */
function withoutSecrets(text: string): string {
  return text
    .replaceAll(/\b(sk|ek|org|proj|user)[-_][\w*.-]{4,}/g, '$1-…')
    .replaceAll(/Bearer\s+\S+/gi, 'Bearer …')
    .slice(0, MAX_DETAIL_CHARACTERS);
}

/** `sentence` stands in place of the usual one, which for a refused request names its `code`. */
export function makeFailure(
  category: VoiceFailureCategory,
  detail: string,
  { code = '', sentence }: { readonly code?: string; readonly sentence?: string | undefined } = {},
): VoiceFailure {
  const named = code === '' ? '' : ` (${withoutSecrets(code)})`;
  const usual = category === 'invalid-request' ? `${SENTENCES[category]}${named}.` : SENTENCES[category];
  return {
    category,
    retryable: RETRYABLE.has(category),
    message: sentence ?? usual,
    detail: withoutSecrets(detail),
  };
}

/** What was asked of the service has no outcome, or one of no use; the talk goes on. */
export function makePassingFailure(message: string, detail: string): VoiceFailure {
  return { category: 'internal', retryable: true, message, detail: withoutSecrets(detail) };
}

export function failedEvent({ category, retryable, message }: VoiceFailure): Extract<VoiceEvent, { type: 'failed' }> {
  return { type: 'failed', category, retryable, message };
}

/** Another reply is asked for while as many as may wait do so. */
export function tooManyReplies(turnId: string): readonly VoiceEvent[] {
  const message = 'Too many replies were asked for at once.';
  return [failedEvent({ ...makeFailure('rate-limit', ''), message }), { type: 'turn-done', turnId }];
}
