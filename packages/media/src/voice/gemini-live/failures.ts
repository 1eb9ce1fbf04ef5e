import type { VoiceFailureCategory } from '../../core/voice-port.ts';
import { makeFailure, type VoiceFailure } from '../shared/voice-failures.ts';
import type { WireSocketOptions } from '../shared/wire-socket.ts';

const SENTENCES: Readonly<Record<VoiceFailureCategory, string>> = {
  authentication:
    "Gemini refused the key. Check it in the avatar's settings, and that its project may use the Live API.",
  quota: 'The quota of the key for Gemini is used up. See plan and billing of its project in Google AI Studio.',
  'rate-limit': 'Gemini takes no more requests at the moment. Please try again shortly.',
  connectivity: 'Gemini cannot be reached.',
  'invalid-request': "Gemini did not accept the talk. Check model, voice and tools in the avatar's settings.",
  internal: 'Gemini had a fault of its own. Please try again.',
};

/**
 * What the reasons say that the service closes with, the most telling first: it has no codes of its own for them, and uses 1007, 1008
 * and 1011 for most.
 */
const CATEGORY_SIGNS: readonly (readonly [RegExp, VoiceFailureCategory])[] = [
  [/quota|billing|credit|RESOURCE_EXHAUSTED/i, 'quota'],
  [
    /api[ _-]?key|unregistered caller|UNAUTHENTICATED|PERMISSION_DENIED|permission|credential|unauthori[sz]ed/i,
    'authentication',
  ],
  [/rate.?limit|too many/i, 'rate-limit'],
  [/deadline|aborted|unavailable|overloaded|internal|timeout|expired|going away/i, 'internal'],
  [/not found|not supported|invalid|unsupported|unknown name|INVALID_ARGUMENT/i, 'invalid-request'],
];

const MAX_SAID_CHARACTERS = 200;
/** RFC 6455, 7.4.1: data that does not fit, and a policy that was not kept. */
const REFUSING_CODES: ReadonlySet<number> = new Set([1007, 1008]);

function geminiFailure(category: VoiceFailureCategory, detail: string, said = ''): VoiceFailure {
  const about = category === 'invalid-request' && said !== '' ? ` It says: ${said.slice(0, MAX_SAID_CHARACTERS)}` : '';
  const sentence = `${SENTENCES[category]}${about}`;
  // A service that refuses a key may quote it, whatever its form.
  return makeFailure(category, category === 'authentication' ? category : detail, { sentence });
}

function signOf(text: string): VoiceFailureCategory | undefined {
  return CATEGORY_SIGNS.find(([pattern]) => pattern.test(text))?.[1];
}

export const CONNECTION_ENDS: Pick<WireSocketOptions, 'refused' | 'closed'> = {
  refused(status, body) {
    const said = /"message"\s*:\s*"((?:[^"\\]|\\.){0,300})"/.exec(body)?.[1] ?? '';
    const detail = `HTTP ${status} ${said}`.trim();
    if (status === 401 || status === 403) return geminiFailure('authentication', detail);
    if (status === 429) return geminiFailure(signOf(said) === 'quota' ? 'quota' : 'rate-limit', detail);
    if (status >= 500) return geminiFailure('connectivity', detail);
    return geminiFailure(signOf(said) ?? 'invalid-request', detail, said === '' ? `HTTP ${status}` : said);
  },
  closed(code, reason) {
    const category = signOf(reason) ?? (REFUSING_CODES.has(code) ? 'invalid-request' : 'connectivity');
    return geminiFailure(category, `closed with ${code} ${reason}`.trim(), reason);
  },
};
