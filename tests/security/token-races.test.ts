import { expect, test } from 'vitest';
import { ConsoleVisitor } from '../support/console-visitor.ts';
import { type Arena, describeUnderAttack } from './support/attack.ts';

// From many addresses, so that no limit of one ends the attack.
describeUnderAttack('outliving what was taken away', { TRUST_PROXY: 'true' }, (arena) => {
  test('of hundreds of tokens minted around resets of their key, none survives', async () => {
    const { owner, path, licenceId, key: firstKey } = await arena.newProject();
    const minted: string[] = [];
    let key = firstKey;
    await arena.whileNeighbourTalks(async () => {
      for (let round = 0; round < 5; round += 1) {
        const former = key;
        const before = minted.length;
        let isReset = false;
        const mintOn = async (): Promise<void> => {
          // Also some after the reset was answered, with the former key.
          for (let more = 0; more < 3; more += isReset ? 1 : 0) minted.push(...(await mint(arena, former)));
        };
        const minters = Array.from({ length: 6 }, mintOn);
        await expect.poll(() => minted.length - before, { timeout: 60_000, interval: 1 }).toBeGreaterThan(40);
        const reset = await owner.post(`${path}/keys/${licenceId}/reset`, {});
        isReset = true;
        await Promise.all(minters);
        expect(reset.status).toBe(200);
        key = reset.body.key;
      }
    });
    expect(minted.length).toBeGreaterThan(200);
    expect(await stillOpen(arena, minted)).toEqual([]);
    expect(await stillOpen(arena, await mint(arena, key))).toHaveLength(1);
  });

  test('a key that is revoked, and a project that is deleted, take the tokens of that moment with them', async () => {
    const { owner, path, licenceId, key } = await arena.newProject();
    const { licenceId: otherId, key: otherKey } = (await owner.post(`${path}/keys`, { name: 'Other' })).body;
    const end = async (which: string, act: () => Promise<{ status: number }>) => {
      const minted: string[] = [];
      let isOver = false;
      const statuses = new Set<number>();
      const mintOn = async (): Promise<void> => {
        for (let more = 0; more < 3; more += isOver ? 1 : 0) {
          minted.push(...(await mint(arena, which, (status) => statuses.add(status))));
        }
      };
      const minters = Array.from({ length: 8 }, mintOn);
      await expect.poll(() => minted.length, { timeout: 60_000, interval: 1 }).toBeGreaterThan(30);
      expect((await act()).status).toBe(200);
      isOver = true;
      await Promise.all(minters);
      expect([await stillOpen(arena, minted), [...statuses].sort()]).toEqual([[], [201, 401]]);
    };
    expect(otherId).not.toBe(licenceId);
    await end(key, () => owner.post(`${path}/keys/${licenceId}/revoke`, {}));
    await end(otherKey, () => owner.send('DELETE', path));
  });

  test('nothing is made in a project while it is deleted, and nobody sees a fault of the server', async () => {
    const { owner, path } = await arena.newProject();
    const [system] = (await owner.get(`${path}/avatars`)).body;
    const statuses: number[] = [];
    let isOver = false;
    const picture = new Uint8Array(Buffer.from('89504e470d0a1a0a', 'hex'));
    const makers: readonly (() => Promise<{ status: number }>)[] = [
      () => owner.post(`${path}/keys`, { name: 'Late' }),
      () => owner.post(`${path}/avatars`, { fromAvatarId: system.avatarId, name: 'Late' }),
      () => owner.post(`${path}/webhooks`, { kind: 'message', url: 'https://hooks.example/' }),
      () => owner.upload(path.split('/')[2] ?? '', picture, 'image/png'),
      () => owner.send('PATCH', path, { name: 'Late' }),
    ];
    const makeOn = async (make: () => Promise<{ status: number }>): Promise<void> => {
      for (let more = 0; more < 2; more += isOver ? 1 : 0) statuses.push((await make()).status);
    };
    const running = [...makers, ...makers].map(makeOn);
    await expect.poll(() => statuses.length, { timeout: 60_000, interval: 1 }).toBeGreaterThan(30);
    expect((await owner.send('DELETE', path)).status).toBe(200);
    isOver = true;
    await Promise.all(running);
    expect(statuses.filter((status) => status >= 500)).toEqual([]);
    expect(statuses).toContain(404);
    expect((await owner.get(path)).status).toBe(404);
  });

  test('sessions that begin with the old password while it is changed end with it', async () => {
    const { owner } = await arena.newProject();
    const { email } = (await owner.get('/auth/session')).body.user;
    let password = ConsoleVisitor.PASSWORD;
    for (let round = 0; round < 3; round += 1) {
      const [former, next] = [password, `a new long password ${round}`];
      const sessions: ConsoleVisitor[] = [];
      let isOver = false;
      const logOn = async (): Promise<void> => {
        for (let more = 0; more < 2; more += isOver ? 1 : 0) {
          // Each on a device that is known, so that no limit of strangers ends the attack.
          const visitor = new ConsoleVisitor(arena.url, nextAddress());
          visitor.cookie = deviceOf(owner);
          if ((await visitor.post('/auth/login', { email, password: former })).status === 200) sessions.push(visitor);
          else more += 1;
        }
      };
      const begun = Array.from({ length: 6 }, logOn);
      await expect.poll(() => sessions.length, { timeout: 60_000, interval: 1 }).toBeGreaterThan(6);
      const change = await owner.post('/auth/password', { currentPassword: former, newPassword: next });
      isOver = true;
      await Promise.all(begun);
      expect(change.status).toBe(200);
      password = next;
      const alive = await Promise.all(sessions.map(async (visitor) => (await visitor.get('/projects')).status));
      expect(new Set(alive)).toEqual(new Set([401]));
      expect((await owner.get('/projects')).status).toBe(200);
    }
  });

  test('of several new passwords at once one is taken, and one session is left', async () => {
    const { owner } = await arena.newProject();
    const change = (number: number) => {
      const visitor = new ConsoleVisitor(arena.url, nextAddress());
      visitor.cookie = owner.cookie;
      const newPassword = `a new long password ${number}`;
      return visitor
        .post('/auth/password', { currentPassword: ConsoleVisitor.PASSWORD, newPassword })
        .then(({ status }) => ({ visitor, status }));
    };
    const changes = await Promise.all(Array.from({ length: 6 }, (_, number) => change(number)));
    expect(changes.map(({ status }) => status).sort()).toEqual([200, 401, 401, 401, 401, 401]);
    const winner = changes.find(({ status }) => status === 200)?.visitor;
    expect((await winner?.get('/auth/sessions'))?.body).toHaveLength(1);
    expect((await owner.get('/projects')).status).toBe(401);
  });
});

let addresses = 0;

function nextAddress(): string {
  addresses += 1;
  return `198.18.${Math.floor(addresses / 250) % 250}.${addresses % 250}`;
}

/** The token in a list, or none. */
async function mint({ url }: Arena, key: string, tell: (status: number) => void = () => {}): Promise<string[]> {
  const reply = await fetch(`${url}/api/v1/browser-tokens`, {
    method: 'POST',
    headers: {
      authorization: `Bearer ${key}`,
      'content-type': 'application/json',
      'x-forwarded-for': nextAddress(),
    },
    body: JSON.stringify({ lifetimeSeconds: 600 }),
  });
  tell(reply.status);
  const { token } = (await reply.json()) as { token?: string };
  return token === undefined ? [] : [token];
}

/** Those of the tokens that the server still takes. */
async function stillOpen({ url }: Arena, tokens: readonly string[]): Promise<string[]> {
  const open: string[] = [];
  for (const token of tokens) {
    const reply = await fetch(`${url}/api/open/v1/avatar/list?license=${token}`);
    await reply.arrayBuffer();
    if (reply.status !== 401) open.push(token);
  }
  return open;
}

function deviceOf({ cookie }: ConsoleVisitor): string {
  return /visavis\.device=[^;]*/.exec(cookie)?.[0] ?? '';
}
