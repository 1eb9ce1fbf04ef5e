import { REFUSALS } from '@visavis/protocol';
import {
  createLicenceKeySchema,
  createWebhookSchema,
  registerSchema,
  updateAvatarSchema,
} from '@visavis/protocol/rest';
import { hasZodFastifySchemaValidationErrors, validatorCompiler } from 'fastify-type-provider-zod';
import { beforeAll, describe, expect, it } from 'vitest';
import type * as z from 'zod';
import { refusal } from '../control/control-error.ts';
import { requestFault } from './request-faults.ts';
import { useOwnSentences } from './schema-sentences.ts';

beforeAll(useOwnSentences);

/** What the answer says of each field, as path, code and limit. */
function wrongIn(schema: z.ZodType, body: unknown): unknown[] {
  const validate = validatorCompiler({ schema, method: 'POST', url: '/', httpPart: 'body' });
  const { error } = validate(body) as { error?: unknown };
  const refused = { validation: error };
  if (!hasZodFastifySchemaValidationErrors(refused)) return [];
  const fields = requestFault(refused)?.told?.fields ?? [];
  return fields.map(({ path, code, limit }) => (limit === undefined ? [path, code] : [path, code, limit]));
}

describe('a refused field', () => {
  it('is named with a code and the limit that it passes', () => {
    expect(wrongIn(registerSchema, { name: '', email: 'mia', password: 'short' })).toEqual([
      ['email', 'email'],
      ['name', 'empty'],
      ['password', 'too-short', 10],
    ]);
    expect(
      wrongIn(registerSchema, { name: 'x'.repeat(81), email: 'mia@example.org', password: 'x'.repeat(201) }),
    ).toEqual([
      ['name', 'too-long', 80],
      ['password', 'too-long', 200],
    ]);
    expect(wrongIn(registerSchema, { name: 'Mia\nLeo', email: 'mia@example.org' })).toEqual([
      ['name', 'one-line'],
      ['password', 'missing'],
    ]);
  });

  it('may be a number, an address, or one of a list', () => {
    const key = { name: 'Shop', maxConcurrentCalls: 0, maxMinutesPerDay: 2_000_000 };
    expect(wrongIn(createLicenceKeySchema, { ...key, allowedOrigins: ['https://a.example', 'shop.example'] })).toEqual([
      ['maxConcurrentCalls', 'too-small', 1],
      ['maxMinutesPerDay', 'too-large', 1_000_000],
      ['allowedOrigins.1', 'origin'],
    ]);
    const origins = Array.from({ length: 51 }, () => 'https://a.example');
    expect(wrongIn(createLicenceKeySchema, { name: 'Shop', allowedOrigins: origins })).toEqual([
      ['allowedOrigins', 'too-many', 50],
    ]);
    expect(wrongIn(createWebhookSchema, { kind: 'session', url: 'ftp://a.example' })).toEqual([['url', 'url']]);
    expect(wrongIn(updateAvatarSchema, { language: 'en_US', maxCallSeconds: 10.5, recordCalls: 'yes' })).toEqual([
      ['language', 'language-tag'],
      ['maxCallSeconds', 'no-whole-number'],
      ['recordCalls', 'invalid'],
    ]);
  });
});

it('a refusal of the control plane names its sentence, its values and its field', () => {
  expect(requestFault(refusal('conflict', 'email-taken', { field: 'email' }))).toMatchObject({
    status: 409,
    message: 'This e-mail address has an account. Log in, or reset its password.',
    told: { reason: 'email-taken', fields: [{ path: 'email', code: 'email-taken' }] },
  });
  expect(requestFault(refusal('quota-reached', 'keys-full', { values: { limit: 7 } }))).toMatchObject({
    message: expect.stringContaining('This project has 7 keys in force'),
    told: { reason: 'keys-full', values: { limit: 7 } },
  });
});

it.each([
  ['57014', 503, 'database-late'],
  ['57P01', 503, 'database-interrupted'],
  ['57P03', 503, 'database-starting'],
  ['40P01', 503, 'changed-at-once'],
  ['40001', 503, 'changed-at-once'],
  ['53300', 503, 'database-busy'],
  ['22021', 400, 'nul-character'],
  ['22003', 400, 'number-too-large'],
  ['22008', 400, 'date-out-of-range'],
  ['22007', 400, 'date-unreadable'],
  ['23503', 404, 'deleted-meanwhile'],
] as const)('what the database refuses by %s has a sentence of its own', (code, status, reason) => {
  const fault = requestFault(Object.assign(new Error('words of the engine'), { code }));
  expect(fault).toMatchObject({ status, message: REFUSALS[reason], told: { reason } });
  expect(fault?.retryAfterSeconds).toBe(status === 503 ? 5 : undefined);
});
