import { APICallError } from '@ai-sdk/provider';
import { errorMessage } from '../../core/error-message.ts';
import { ThinkingFailure } from './thinker.ts';

/** Why a language model at `place` gave no answer, with what to do about it. */
export function failureOf(error: unknown, place: string): ThinkingFailure {
  if (error instanceof ThinkingFailure) return error;
  const status = APICallError.isInstance(error) ? error.statusCode : undefined;
  const said = errorMessage(error).slice(0, 300);
  const fail = (category: ThinkingFailure['category'], isRetryable: boolean, message: string): ThinkingFailure =>
    new ThinkingFailure(category, isRetryable, message, { cause: error });
  if (status === 401 || status === 403) {
    return fail(
      'authentication',
      false,
      `The language model at ${place} refused the key (${status}). Set LLM_API_KEY.`,
    );
  }
  if (status === 402 || /insufficient_quota|billing/i.test(said)) {
    return fail('quota', false, `The account at ${place} has no credit left for the language model.`);
  }
  if (status === 404) {
    return fail(
      'invalid-request',
      false,
      `There is no such language model at ${place}: ${said} Set LLM_MODEL, or the avatar's model.`,
    );
  }
  if (status === 429) {
    return fail('rate-limit', true, `The language model at ${place} is asked too often (429). Try again in a moment.`);
  }
  if (status !== undefined && status < 500) {
    return fail('invalid-request', false, `The language model at ${place} refused the request (${status}): ${said}`);
  }
  if (status !== undefined) {
    return fail('internal', true, `The language model at ${place} failed (${status}): ${said}`);
  }
  return fail(
    'connectivity',
    true,
    `The language model at ${place} cannot be reached: ${said} See whether it runs, and LLM_URL.`,
  );
}
