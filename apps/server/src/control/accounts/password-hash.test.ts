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
  expect(flooded).toBeLessThan(45);
  const outcomes = await Promise.all(flood);
  expect([outcomes.filter((o) => o === 'hashed').length, new Set(outcomes)]).toEqual([
    21,
    new Set(['hashed', 'too-many-attempts']),
  ]);
  expect(reached).toHaveLength(39);
  expect(await verifyPassword({ hash: refused as string, password: 'correct horse' })).toBe(true);
});
