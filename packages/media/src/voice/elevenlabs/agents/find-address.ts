import * as z from 'zod';
import { errorMessage } from '../../../core/error-message.ts';
import { baseOf } from '../../shared/ask-service.ts';
import { type VoiceFailure, VoiceOpenError } from '../../shared/voice-failures.ts';
import type { AgentsVoiceOptions } from './agents-voice.ts';
import { classifyStatus, failure } from './failures.ts';

const signedSchema = z.object({ signed_url: z.url({ protocol: /^wss?$/ }).max(8000) });

/**
 * Where a conversation is begun. With a key it is a signed address for this one, so that the key goes to the base URL alone. Rejects
 * with a `VoiceOpenError`.
 */
export async function findAddress(
  { agent, url, apiKey, network }: Pick<AgentsVoiceOptions, 'agent' | 'url' | 'apiKey' | 'network'>,
  signal: AbortSignal,
): Promise<string> {
  const query = new URLSearchParams({ agent_id: agent });
  const base = baseOf(url);
  if (apiKey === null) return `${base.replace(/^http/, 'ws')}/v1/convai/conversation?${query}`;
  const refuse = (reason: VoiceFailure) => new VoiceOpenError(reason);
  let response: Response;
  let body: string;
  try {
    response = await network.fetch(`${base}/v1/convai/conversation/get-signed-url?${query}`, {
      signal,
      redirect: 'manual',
      headers: { 'xi-api-key': apiKey },
    });
    body = await response.text();
  } catch (error) {
    throw refuse(failure('connectivity', errorMessage(error)));
  }
  if (!response.ok) throw refuse(classifyStatus(response.status, body));
  const signed = signedSchema.safeParse(parsed(body));
  if (!signed.success) throw refuse(failure('internal', 'no signed address'));
  return signed.data.signed_url;
}

function parsed(body: string): unknown {
  try {
    return JSON.parse(body);
  } catch {
    return null;
  }
}
