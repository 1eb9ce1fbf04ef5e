import type { VoiceFailureCategory } from '../../../core/voice-port.ts';
import { makeFailure, type VoiceFailure } from '../../shared/voice-failures.ts';
import type { AgentError } from './wire-messages.ts';

const SENTENCES: Readonly<Record<VoiceFailureCategory, string | undefined>> = {
  authentication:
    "ElevenLabs refused the key, or the agent lets nobody in without one. Choose a key in the avatar's settings that may use agents.",
  quota: 'The ElevenLabs account has no credit left, or its quota is used up. Its owner should raise either.',
  'rate-limit':
    'ElevenLabs takes no more conversations of this account at the moment. Try again shortly; its plan says how many may be held at once.',
  connectivity: 'ElevenLabs cannot be reached.',
  'invalid-request': undefined,
  internal: 'ElevenLabs had a fault of its own. Please try again.',
};

const NO_AGENT =
  "ElevenLabs knows no agent with this id. Copy the id from the agent's page there into the avatar's settings.";
const NO_OVERRIDE =
  "The agent does not let calls set its prompt, first message, language or voice. Allow these overrides in its security settings at ElevenLabs, or choose the agent's own in the avatar's settings.";
const CLOSED_BY_AGENT = 'The agent has ended the conversation.';

/** What the words of a refusal contain, the most telling first. */
const SIGNS: readonly (readonly [RegExp, VoiceFailureCategory, string?])[] = [
  [/quota|credit|payment|billing/i, 'quota'],
  [/override/i, 'invalid-request', NO_OVERRIDE],
  [/concurren|rate.?limit|too.many|system_busy/i, 'rate-limit'],
  [/api.?key|unauthori[sz]ed|authenticat|authori[sz]ation|forbidden|permission/i, 'authentication'],
  [/agent[^ ]{0,40} .{0,200}(?:not exist|not found)|agent_not_found|document_not_found/i, 'invalid-request', NO_AGENT],
  [/timeout|llm|tts|asr|vad|cascade|internal|crash|server/i, 'internal'],
];

export function failure(category: VoiceFailureCategory, detail: string, sentence?: string): VoiceFailure {
  return makeFailure(category, detail, { code: detail, sentence: sentence ?? SENTENCES[category] });
}

function bySigns(said: string, detail: string): VoiceFailure | null {
  const sign = SIGNS.find(([pattern]) => pattern.test(said));
  if (sign === undefined) return null;
  const [, category, sentence] = sign;
  // A service that refuses a key may quote it, whatever its form.
  return failure(category, category === 'authentication' ? 'refused' : detail, sentence);
}

/** An `error` message. */
export function classifyError({ code, error_type: kind = '', message = '', reason = '' }: AgentError): VoiceFailure {
  const detail = [kind, message, reason].filter(Boolean).join(': ');
  return bySigns(detail, detail) ?? failure(code === 1011 ? 'internal' : 'invalid-request', detail || `error ${code}`);
}

export function isExpiry({ error_type: kind }: AgentError): boolean {
  return kind === 'max_duration_exceeded';
}

/** A refused request or handshake; the body may say more than the status. */
export function classifyStatus(status: number, body: string): VoiceFailure {
  const detail = `HTTP ${status}`;
  const said = bySigns(body, detail);
  if (said !== null && said.category !== 'internal') return said;
  if (status === 401 || status === 403) return failure('authentication', detail);
  if (status === 402) return failure('quota', detail);
  if (status === 404) return failure('invalid-request', detail, NO_AGENT);
  if (status === 429) return failure('rate-limit', detail);
  if (status >= 500) return failure('connectivity', detail);
  return failure('invalid-request', detail);
}

/** A connection that ended. Where the agent hangs up it ends normally; a refusal has its reason. */
export function classifyClose(code: number, reason: string): VoiceFailure {
  const detail = `closed with ${code} ${reason}`.trim();
  if (code === NORMAL) return { ...failure('internal', detail, CLOSED_BY_AGENT), retryable: false };
  const said = reason === '' ? null : bySigns(reason, detail);
  if (said !== null) return said;
  if (code === 1011) return failure('internal', detail);
  return failure(code === 1002 || code === 1008 ? 'invalid-request' : 'connectivity', detail);
}

const NORMAL = 1000;
