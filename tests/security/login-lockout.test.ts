import { expect, test } from 'vitest';
import { ConsoleVisitor } from '../support/console-visitor.ts';
import { type Arena, describeUnderAttack } from './support/attack.ts';

describeUnderAttack('locking people out by wrong passwords', { TRUST_PROXY: 'true' }, (arena) => {
  test('105 wrong logins from one address lock out nobody but that address', async () => {
    const victim = await newAccount(arena, '203.0.113.1');
    const statuses = await arena.whileNeighbourTalks(() => guess(arena, victim, ['198.51.100.1'], 105));
    expect(count(statuses)).toEqual({ 401: 10, 429: 95 });
    // From anywhere else, on a device that never logged in before.
    expect((await logIn(arena, victim, '192.0.2.1')).status).toBe(200);
    expect((await logIn(arena, victim, '198.51.100.1')).status).toBe(429);
  });

  test('wrong logins from many addresses slow down strangers, and never the owner', async () => {
    const victim = await newAccount(arena, '203.0.113.2');
    const crowd = Array.from({ length: 13 }, (_, index) => `198.51.100.${100 + index}`);
    const statuses = await arena.whileNeighbourTalks(() => guess(arena, victim, crowd, 13 * 12));
    expect(count(statuses)).toEqual({ 401: 100, 429: 56 });

    const stranger = await logIn(arena, victim, '192.0.2.2');
    expect(stranger.status).toBe(429);
    const firstWait = Number(stranger.headers.get('retry-after'));
    expect(firstWait).toBeGreaterThan(0);
    // His device at an address of somewhere else, and his address with another device.
    const travelling = new ConsoleVisitor(arena.url, '192.0.2.3');
    travelling.cookie = victim.cookie;
    expect((await travelling.post('/auth/login', rightly(victim))).status).toBe(200);
    expect((await logIn(arena, victim, '203.0.113.2')).status).toBe(200);

    // Refused attempts go on, and make the wait no longer.
    const more = crowd.map((_, index) => `198.51.100.${200 + index}`);
    expect(count(await guess(arena, victim, more, 130))).toEqual({ 429: 130 });
    const later = await logIn(arena, victim, '192.0.2.4');
    expect([later.status, Number(later.headers.get('retry-after')) <= firstWait]).toEqual([429, true]);
    expect((await logIn(arena, victim, '203.0.113.2')).status).toBe(200);
  });

  test('somebody at the owner’s own address uses up neither his device’s attempts nor his password changes', async () => {
    const home = '203.0.113.3';
    const victim = await newAccount(arena, home);
    expect(count(await guess(arena, victim, [home], 15))).toEqual({ 401: 10, 429: 5 });
    const sprayed = Array.from({ length: 60 }, (_, index) => ({ email: `nobody-${index}@example.org` }));
    for (const other of sprayed) await guess(arena, other, [home], 1);
    expect((await logIn(arena, victim, home)).status).toBe(429);
    expect((await victim.post('/auth/login', rightly(victim))).status).toBe(200);

    const stolen = new ConsoleVisitor(arena.url, home);
    stolen.cookie = victim.cookie;
    const change = (who: ConsoleVisitor, currentPassword: string) =>
      who.post('/auth/password', { currentPassword, newPassword: 'another long password' });
    const guesses: number[] = [];
    for (let tries = 0; tries < 12; tries += 1) guesses.push((await change(stolen, `guess ${tries}`)).status);
    expect(count(guesses)).toEqual({ 401: 10, 429: 2 });
    // The session is used up with the thief's guesses; a login ends it, for the thief too.
    expect((await victim.post('/auth/login', rightly(victim))).status).toBe(200);
    expect((await stolen.get('/projects')).status).toBe(401);
    expect((await change(victim, ConsoleVisitor.PASSWORD)).status).toBe(200);
  });

  test('the device’s cookie is out of reach of scripts, new with each login, and good for its account alone', async () => {
    const victim = await newAccount(arena, '203.0.113.4');
    const attacker = await newAccount(arena, '198.51.100.4');
    const first = deviceOf(victim);
    const login = await victim.post('/auth/login', rightly(victim));
    const lines = login.headers.getSetCookie();
    const line = lines.find((cookie) => cookie.includes('visavis.device=')) ?? '';
    expect(line).toMatch(/HttpOnly/i);
    expect(line).toMatch(/SameSite=Strict/i);
    const isTls = arena.url.startsWith('https:');
    expect(lines.map((cookie) => /; Secure/i.test(cookie))).toEqual(lines.map(() => isTls));
    // Over TLS the browser keeps other hosts from setting them.
    expect(lines.map((cookie) => cookie.slice(0, cookie.indexOf('='))).sort()).toEqual(
      isTls ? ['__Host-visavis.device', '__Host-visavis.session_token'] : ['visavis.device', 'visavis.session_token'],
    );
    expect(deviceOf(victim)).not.toBe(first);

    const crowd = Array.from({ length: 10 }, (_, index) => `198.51.100.${20 + index}`);
    expect(count(await guess(arena, victim, crowd, 100))).toEqual({ 401: 100 });
    for (const cookie of [attacker.cookie, 'visavis.device=', `visavis.device=${'A'.repeat(43)}`]) {
      const planted = new ConsoleVisitor(arena.url, '198.51.100.40');
      planted.cookie = cookie;
      expect((await planted.post('/auth/login', rightly(victim))).status).toBe(429);
    }
    // A device has few attempts too, whoever holds it.
    const thief = new ConsoleVisitor(arena.url, '198.51.100.41');
    const tries: number[] = [];
    for (let index = 0; index < 14; index += 1) {
      thief.cookie = victim.cookie;
      tries.push((await thief.post('/auth/login', { email: victim.email, password: `guess ${index}` })).status);
    }
    expect(count(tries)).toEqual({ 401: 10, 429: 4 });
  });
});

type Account = ConsoleVisitor & { readonly email: string };

let accounts = 0;

async function newAccount({ url }: Arena, address: string): Promise<Account> {
  accounts += 1;
  const email = `victim-${accounts}@example.org`;
  const visitor = Object.assign(new ConsoleVisitor(url, address), { email });
  await visitor.register(email);
  return visitor;
}

function rightly({ email }: { email: string }) {
  return { email, password: ConsoleVisitor.PASSWORD };
}

/** From a device that the server has never seen. */
function logIn({ url }: Arena, account: { email: string }, address: string) {
  return new ConsoleVisitor(url, address).post('/auth/login', rightly(account));
}

/** Wrong logins, by turns from each address, several at once. */
async function guess(
  { url }: Arena,
  { email }: { email: string },
  addresses: readonly string[],
  times: number,
): Promise<number[]> {
  const statuses: number[] = [];
  let begun = 0;
  const worker = async (): Promise<void> => {
    while (begun < times) {
      const turn = begun;
      begun += 1;
      const attacker = new ConsoleVisitor(url, addresses[turn % addresses.length]);
      statuses.push((await attacker.post('/auth/login', { email, password: `wrong password ${turn}` })).status);
    }
  };
  await Promise.all(Array.from({ length: 8 }, worker));
  return statuses;
}

function count(statuses: readonly number[]): Record<number, number> {
  const counts: Record<number, number> = {};
  for (const status of statuses) counts[status] = (counts[status] ?? 0) + 1;
  return counts;
}

function deviceOf({ cookie }: ConsoleVisitor): string | undefined {
  return /visavis\.device=([^;]*)/.exec(cookie)?.[1];
}
