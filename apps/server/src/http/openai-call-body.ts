import { Buffer } from 'node:buffer';
import { LIMITS } from '@visavis/protocol';
import { type Fields, isFields } from '@visavis/protocol/schemas';
import type { FastifyRequest } from 'fastify';
import { Unusable } from '../gateway/openai-realtime/unusable.ts';
import { parseTolerantBody } from './bounded-body.ts';

export type CallBody = { readonly sdp: string; readonly session: Fields };

/** The offer of a call: the body itself, or a part of a form beside the session that is wanted. */
export async function readCall({ body, headers }: FastifyRequest): Promise<CallBody> {
  const type = headers['content-type'] ?? '';
  const bytes = Buffer.isBuffer(body) ? body : Buffer.alloc(0);
  if (!/^multipart\/form-data\b/i.test(type)) return { sdp: checked(bytes.toString('utf8')), session: {} };
  const form = await readForm(bytes, type);
  const [sdp, session] = await Promise.all([textOf(form.get('sdp')), textOf(form.get('session'))]);
  const value: unknown = session === '' ? {} : parseTolerantBody(session);
  if (!isFields(value)) throw new Unusable('invalid_value', 'session is no JSON object.', 'session');
  return { sdp: checked(sdp), session: value };
}

async function readForm(bytes: Buffer, type: string): Promise<FormData> {
  try {
    return await new Response(new Uint8Array(bytes), { headers: { 'content-type': type } }).formData();
  } catch {
    throw new Unusable('invalid_value', 'The form cannot be read.');
  }
}

async function textOf(part: ReturnType<FormData['get']>): Promise<string> {
  if (part === null) return '';
  return typeof part === 'string' ? part : part.text();
}

function checked(sdp: string): string {
  const { sdp: most, sdpLine } = LIMITS.characters;
  if (!sdp.startsWith('v=0')) {
    throw new Unusable(
      'invalid_offer',
      'The body is no session description. Send the offer as application/sdp.',
      'sdp',
    );
  }
  if (sdp.length > most || sdp.split('\n').some((line) => line.length > sdpLine)) {
    throw new Unusable('invalid_offer', 'The session description is longer than any of a browser.', 'sdp');
  }
  return sdp;
}
