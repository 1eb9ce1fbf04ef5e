import { classifyClose, classifyError, classifyStatus } from '../openai-realtime/failures.ts';
import type { ServiceError } from '../openai-realtime/wire-messages.ts';
import { makeFailure, type VoiceFailure } from '../shared/voice-failures.ts';
import type { WireSocketOptions } from '../shared/wire-socket.ts';

const SENTENCES: Partial<Record<VoiceFailure['category'], string>> = {
  authentication: "OpenAI refused the key. Check it in the avatar's settings, and that its project may use GPT-Live.",
  quota: "The OpenAI account of the avatar's key has no credit left. Its owner should look at billing there.",
};

export const CONTENT_FAILURE = makeFailure('invalid-request', 'closed for its content', {
  sentence: 'OpenAI ended the talk because of what was said in it.',
});

function forOwner(failure: VoiceFailure): VoiceFailure {
  return { ...failure, message: SENTENCES[failure.category] ?? failure.message };
}

export function failureOf(error: ServiceError): VoiceFailure {
  return forOwner(classifyError(error));
}

export const CONNECTION_ENDS: Pick<WireSocketOptions, 'refused' | 'closed'> = {
  refused: (status, body) => forOwner(classifyStatus(status, body)),
  closed: (code, reason) => forOwner(classifyClose(code, reason)),
};
