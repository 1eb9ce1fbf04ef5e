import { type ClientRequest, request as httpRequest, type IncomingMessage } from 'node:http';
import { request as httpsRequest } from 'node:https';
import { afterEach, expect, test } from 'vitest';
import { type Arena, describeUnderAttack } from './support/attack.ts';

type AttackProject = Awaited<ReturnType<Arena['newProject']>>;
type Answer = { readonly status: number; readonly retryAfter: number; readonly code: string; readonly message: string };

/** The first bytes of a picture; nobody looks at the rest before an avatar is made. */
const PNG = Buffer.concat([Buffer.from('\x89PNG\r\n\x1a\n', 'latin1'), Buffer.alloc(100_000)]);
const TRICKLE_MS = 400;
/** A trickle is cut after half a minute: whoever waits for its end waits longer. */
const UPLOADED_WITHIN_MS = 10_000;

describeUnderAttack('uploads', {}, (arena) => {
  const trickles: { readonly sending: ClientRequest; readonly timer: NodeJS.Timeout }[] = [];
  afterEach(() => {
    for (const { sending, timer } of trickles.splice(0)) {
      clearInterval(timer);
      sending.destroy();
    }
  });

  /** Begins a picture and goes on by one byte at a time. Resolves with the answer, if one comes. */
  const trickle = ({ owner, projectId }: AttackProject): Promise<Answer> => {
    const send = arena.url.startsWith('https:') ? httpsRequest : httpRequest;
    const sending = send(`${arena.url}/api/v1/projects/${projectId}/uploads`, {
      method: 'POST',
      headers: { cookie: owner.cookie, origin: arena.url, 'content-type': 'image/png', 'content-length': 20_000_000 },
    });
    const timer = setInterval(() => sending.write('x'), TRICKLE_MS);
    trickles.push({ sending, timer });
    sending.write(PNG.subarray(0, 100));
    return new Promise((resolve, reject) => {
      sending.on('error', reject);
      sending.on('response', (response: IncomingMessage) => {
        clearInterval(timer);
        let text = '';
        response.on('data', (part) => (text += part));
        response.on('end', () => {
          const { error } = JSON.parse(text);
          const { statusCode: status = 0, headers } = response;
          resolve({ status, retryAfter: Number(headers['retry-after']), code: error.code, message: error.message });
        });
      });
    });
  };
  const timeOf = async (work: () => Promise<unknown>): Promise<number> => {
    const fromMs = performance.now();
    await work();
    return performance.now() - fromMs;
  };
  const upload = async ({ owner, projectId }: AttackProject): Promise<void> => {
    const { status, body } = await owner.upload(projectId, PNG, 'image/png');
    expect([status, body.kind]).toEqual([201, 'picture']);
  };

  test('forty trickles of one user hold nobody up, and each ends with a sentence', { timeout: 180_000 }, async ({
    expect,
  }) => {
    const [attacker, victim] = [await arena.newProject(), await arena.newProject()];
    await arena.whileNeighbourTalks(async () => {
      const answers = Array.from({ length: 40 }, () => trickle(attacker));
      // Those that are too many for one user are refused at once.
      const first = await Promise.race(answers);
      expect(first).toMatchObject({ status: 429, code: 'too-many-attempts', message: expect.stringContaining('Wait') });
      expect(first.retryAfter).toBeGreaterThan(0);
      for (let count = 0; count < 5; count += 1)
        expect(await timeOf(() => upload(victim))).toBeLessThan(UPLOADED_WITHIN_MS);
      const all = await Promise.all(answers);
      const codes = all.map(({ status, code }) => `${status} ${code}`);
      expect([...new Set(codes)].sort()).toEqual(['408 too-slow', '429 too-many-attempts']);
      expect(all.find(({ status }) => status === 408)?.message).toMatch(/kB a second.*Send it again/);
      expect(await timeOf(() => upload(victim))).toBeLessThan(UPLOADED_WITHIN_MS);
    });
  });

  test('trickles of five users, all from the victim’s own address, are cut as soon as he waits', async ({ expect }) => {
    const victim = await arena.newProject();
    const attackers = await Promise.all(Array.from({ length: 5 }, () => arena.newProject()));
    await arena.whileNeighbourTalks(async () => {
      for (const attacker of attackers) for (let count = 0; count < 4; count += 1) trickle(attacker).catch(() => {});
      // Held for longer than the victim will wait: they have their places before he comes.
      await expect.poll(() => trickles.length).toBe(20);
      for (let count = 0; count < 3; count += 1) expect(await timeOf(() => upload(victim))).toBeLessThan(15_000);
    });
  });
});
