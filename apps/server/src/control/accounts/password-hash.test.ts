import { hash } from '@node-rs/argon2';
import { expect, test } from 'vitest';
import { hashingFor, hashPassword, tellHashingBounds, verifyPassword } from './password-hash.ts';

test('one address that floods is refused for itself, and another is served in between', async () => {
  const reached: string[] = [];
  tellHashingBounds((what) => reached.push(what));
  let flooded = 0;
  const flood = Array.from({ length: 60 }, () =>
    hashingFor('attacker', () => hashPassword('a guess'))
      .then(() => 'hashed')
      .catch((error: { code: string }) => error.code)
      .finally(() => {
        flooded += 1;
      }),
  );
  const refused = await Promise.race([hashingFor('owner', () => hashPassword('correct horse')), Promise.all(flood)]);
  expect(refused).toMatch(/^\$argon2id\$/);
  // Refusals are at once; of those that were let in, all but a few still wait.
  expect(flooded).toBeLessThan(50);
  const outcomes = await Promise.all(flood);
  expect([outcomes.filter((o) => o === 'hashed').length, new Set(outcomes)]).toEqual([
    21,
    new Set(['hashed', 'too-many-attempts']),
  ]);
  expect(reached).toHaveLength(39);
  expect(await verifyPassword({ hash: refused as string, password: 'correct horse' })).toBe(true);
});

test.each([
  ['composed and decomposed letters', 'Pa\u00dfwort-caf\u00e9-long', 'Pa\u00dfwort-cafe\u0301-long'],
  ['wide and narrow forms', 'ｐａｓｓｗｏｒｄ１２３４', 'password1234'],
  [
    'Hangul by syllable and by letter',
    '\ud55c\uad6d\uc5b4 passwords',
    '\u1112\u1161\u11ab\u1100\u116e\u11a8\u110b\u1165 passwords',
  ],
])('one password however it is typed: %s', async (_name, one, other) => {
  expect(one).not.toBe(other);
  expect(await verifyPassword({ hash: await hashPassword(one), password: other })).toBe(true);
  expect(await verifyPassword({ hash: await hashPassword(other), password: one })).toBe(true);
  expect(await verifyPassword({ hash: await hashPassword(one), password: `${other}x` })).toBe(false);
});

test('a password that was stored as it was typed still opens', async () => {
  const typed = 'cafe\u0301-cafe\u0301-long';
  const stored = await hash(typed);
  expect(await verifyPassword({ hash: stored, password: typed })).toBe(true);
});
