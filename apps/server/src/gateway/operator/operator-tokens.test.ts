import { createHmac } from 'node:crypto';
import { expect, it } from 'vitest';
import { keyMark, OPERATOR_TOKEN_SECONDS, OperatorTokens } from './operator-tokens.ts';
import { Topics } from './topics.ts';

const SECRET = 'a secret that is long enough for it';
const tokens = new OperatorTokens(SECRET, 'navtalk/transparent');
const LICENCE = { projectId: 'p1', licenceId: 'l1', keyDigest: 'd1' };
const CLAIMS = { projectId: 'p1', licenceId: 'l1', key: keyMark('d1') };
const NOW = new Date('2026-05-01T10:00:00Z');
const part = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url');
const signed = (head: object, claims: object, secret = SECRET) => {
  const text = `${part(head)}.${part(claims)}`;
  return `${text}.${createHmac('sha256', secret).update(text).digest('base64url')}`;
};

it('is a JWT that any broker reads, for one project and one hour', () => {
  const { token, expiresAt } = tokens.issue(LICENCE, NOW);
  const [head = '', claims = ''] = token.split('.');
  expect(JSON.parse(Buffer.from(head, 'base64url').toString())).toEqual({ alg: 'HS256', typ: 'JWT' });
  expect(JSON.parse(Buffer.from(claims, 'base64url').toString())).toMatchObject({
    sub: 'p1',
    projectId: 'p1',
    topicPrefix: 'navtalk/transparent',
    iat: NOW.getTime() / 1000,
    exp: NOW.getTime() / 1000 + OPERATOR_TOKEN_SECONDS,
  });
  const rights = { projectId: 'p1', licenceId: 'l1', keyMark: keyMark('d1') };
  expect(tokens.read(token, NOW)).toEqual({ ...rights, expiresAt });
  expect(tokens.read(token, expiresAt)).toBeNull();
});

it('is read by its claims, whoever has the secret', () => {
  const token = signed({ alg: 'HS256', typ: 'JWT' }, { ...CLAIMS, aud: 'mqtt', exp: 9e9 });
  expect(tokens.read(token, NOW)).toMatchObject({ projectId: 'p1' });
});

it.each([
  ['no key', signed({ alg: 'HS256', typ: 'JWT' }, { ...CLAIMS, key: undefined, aud: 'mqtt', exp: 9e9 })],
  ['a foreign secret', signed({ alg: 'HS256', typ: 'JWT' }, { ...CLAIMS, aud: 'mqtt', exp: 9e9 }, 'another')],
  ['no signature', `${part({ alg: 'none' })}.${part({ ...CLAIMS, aud: 'mqtt', exp: 9e9 })}.`],
  ['another algorithm', signed({ alg: 'none', typ: 'JWT' }, { ...CLAIMS, aud: 'mqtt', exp: 9e9 })],
  ['another purpose', signed({ alg: 'HS256', typ: 'JWT' }, { ...CLAIMS, exp: 9e9 })],
  ['no end', signed({ alg: 'HS256', typ: 'JWT' }, { ...CLAIMS, aud: 'mqtt' })],
  [
    'another project in claims that were changed',
    (() => {
      const [head, , signature] = tokens.issue(LICENCE, NOW).token.split('.');
      return `${head}.${part({ ...CLAIMS, projectId: 'p2', aud: 'mqtt', exp: 9e9 })}.${signature}`;
    })(),
  ],
  ['no form', 'x'],
  ['nothing', ''],
  ['no end of text', 'x.'.repeat(5000)],
])('refuses a token with %s', (_, token) => {
  expect(tokens.read(token, NOW)).toBeNull();
});

it.each([
  ['navtalk/transparent/p1/s1/reply', true],
  ['navtalk/transparent/p1/agent/presence', true],
  ['navtalk/transparent/p1/s1/user', false],
  ['navtalk/transparent/p2/s1/reply', false],
  ['navtalk/transparent/p1/s1/reply/more', false],
  ['navtalk/transparent/p1//reply', false],
  ['navtalk/transparent/p1/../p2/s1/reply', false],
  ['other/p1/s1/reply', false],
  ['$SYS/p1/s1/reply', false],
])('lets operators of p1 write to %s: %s', (topic, isAllowed) => {
  expect(new Topics('navtalk/transparent').mayWrite('p1', topic)).toBe(isAllowed);
});

it.each([
  ['navtalk/transparent/p1/+/user', true],
  ['navtalk/transparent/p1/#', true],
  ['navtalk/transparent/p2/+/user', false],
  ['navtalk/transparent/+/+/user', false],
  ['navtalk/transparent/#', false],
  ['navtalk/transparent/p1', false],
  ['navtalk/transparent/p11/#', false],
  ['+/transparent/p1/#', false],
  ['#', false],
  ['$SYS/#', false],
  ['$share/g/navtalk/transparent/p1/#', false],
])('lets operators of p1 read %s: %s', (filter, isAllowed) => {
  expect(new Topics('navtalk/transparent').mayRead('p1', filter)).toBe(isAllowed);
});
