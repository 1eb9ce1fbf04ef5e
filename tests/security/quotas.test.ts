import { expect, test } from 'vitest';
import { type Arena, describeUnderAttack } from './support/attack.ts';

type AttackProject = Awaited<ReturnType<Arena['newProject']>>;
type Reply = Awaited<ReturnType<AttackProject['owner']['post']>>;

const QUOTAS = {
  projectsPerUser: 4,
  keysPerProject: 5,
  avatarsPerProject: 6,
  avatarTextMbPerProject: 1,
  webhooksPerProject: 3,
  browserTokensPerKey: 20,
  fileMbPerProject: 1,
  talksPerProject: 25,
  talksOfDemo: 3,
};
const PNG_HEAD = Buffer.from('\x89PNG\r\n\x1a\n', 'latin1');

/** How many were made, and what was said to the others. */
function judge(replies: readonly Reply[]): { made: number; refusals: string[] } {
  const refused = replies.filter(({ status }) => status !== 201);
  return {
    made: replies.length - refused.length,
    refusals: [...new Set(refused.map(({ status, body }) => `${status} ${body.error.code}: ${body.error.message}`))],
  };
}

const atOnce = (count: number, make: (number: number) => Promise<Reply>): Promise<Reply[]> =>
  Promise.all(Array.from({ length: count }, (_, number) => make(number)));

const sentence = (start: string) => [
  expect.stringMatching(new RegExp(`^409 quota-reached: ${start}.*can raise the limit`)),
];

describeUnderAttack('quotas', { QUOTAS: JSON.stringify(QUOTAS) }, (arena) => {
  const usageOf = async ({ owner, path }: AttackProject) => (await owner.get(path)).body.usage;

  test('many requests at once make no more projects, keys and webhooks than one may have', async () => {
    const project = await arena.newProject();
    const { owner, path } = project;
    await arena.whileNeighbourTalks(async () => {
      const projects = judge(await atOnce(25, (number) => owner.post('/projects', { name: `P ${number}` })));
      expect(projects).toEqual({ made: 3, refusals: sentence('You have 4 projects') });
      const keys = judge(await atOnce(25, (number) => owner.post(`${path}/keys`, { name: `K ${number}` })));
      expect(keys).toEqual({ made: 4, refusals: sentence('This project has 5 keys') });
      const hook = { kind: 'message', url: 'https://hooks.example/' };
      const hooks = judge(await atOnce(25, () => owner.post(`${path}/webhooks`, hook)));
      expect(hooks).toEqual({ made: 3, refusals: sentence('This project has 3 webhooks') });
      expect(await usageOf(project)).toMatchObject({
        keys: { used: 5, limit: 5 },
        webhooks: { used: 3, limit: 3 },
      });
    });
  });

  test('a revoked key makes room, and revoked ones are not piled up', async () => {
    const { owner, path } = await arena.newProject();
    await arena.whileNeighbourTalks(async () => {
      for (let round = 0; round < 110; round += 1) {
        const made = await owner.post(`${path}/keys`, { name: 'Short-lived' });
        expect(made.status).toBe(201);
        expect((await owner.post(`${path}/keys/${made.body.licenceId}/revoke`, {})).status).toBe(200);
      }
      expect((await owner.get(`${path}/keys`)).body.length).toBeLessThanOrEqual(102);
    });
  });

  test('tokens in force are bounded for each key', async () => {
    const { key } = await arena.newProject();
    const mint = () =>
      fetch(`${arena.url}/api/v1/browser-tokens`, {
        method: 'POST',
        body: '{}',
        headers: { authorization: `Bearer ${key}`, 'content-type': 'application/json' },
      });
    await arena.whileNeighbourTalks(async () => {
      const replies = await Promise.all(Array.from({ length: 60 }, mint));
      expect(replies.filter(({ status }) => status === 201)).toHaveLength(20);
      const refused = replies.find(({ status }) => status !== 201);
      expect([refused?.status, Number(refused?.headers.get('retry-after'))]).toEqual([429, 60]);
      expect(await refused?.json()).toMatchObject({
        error: { message: expect.stringContaining('20 tokens in force') },
      });
    });
  });

  test('avatars are bounded in number and in all their texts, also when they are changed', async () => {
    const project = await arena.newProject();
    const { owner, path, avatarId } = project;
    await arena.whileNeighbourTalks(async () => {
      const copies = judge(await atOnce(20, () => owner.post(`${path}/avatars`, { fromAvatarId: avatarId })));
      expect(copies).toEqual({ made: 5, refusals: sentence('This project has 6 avatars') });
      const texts = { prompt: 'p'.repeat(100_000), knowledge: 'k'.repeat(100_000) };
      const own = (await owner.get(`${path}/avatars`)).body.filter(({ isSystem }: { isSystem: boolean }) => !isSystem);
      const changes = await Promise.all(
        own.map((avatar: { avatarId: string }) => owner.send('PATCH', `${path}/avatars/${avatar.avatarId}`, texts)),
      );
      const refused = changes.filter(({ status }) => status !== 200);
      expect(refused).toHaveLength(2);
      expect(refused[0].body.error).toMatchObject({
        code: 'quota-reached',
        message: expect.stringContaining('more than 1 MB'),
      });
      const { avatarTextBytes } = await usageOf(project);
      expect(avatarTextBytes.used).toBeLessThanOrEqual(avatarTextBytes.limit);
      // What takes less is always taken.
      const shorter = await owner.send('PATCH', `${path}/avatars/${own[0].avatarId}`, {
        prompt: 'Be brief.',
        knowledge: '',
      });
      expect(shorter.status).toBe(200);
    });
  });

  test('files of a project are bounded in bytes, however many are sent at once', async () => {
    const project = await arena.newProject();
    const picture = Buffer.concat([PNG_HEAD, Buffer.alloc(300_000)]);
    await arena.whileNeighbourTalks(async () => {
      const sent = judge(await atOnce(8, () => project.owner.upload(project.projectId, picture, 'image/png')));
      expect(sent).toEqual({ made: 3, refusals: sentence('This project’s uploads') });
      const { fileBytes } = await usageOf(project);
      expect(fileBytes).toEqual({ used: 900_024, limit: 1_000_000 });
    });
  });

  test('talks are kept up to their number, the newest; those of the demo project up to fewer', {
    timeout: 240_000,
  }, async () => {
    const project = await arena.newProject();
    const talk = async (license: string, avatarId: string): Promise<void> => {
      const client = arena.call({ license, avatarId });
      await client.event('conversation.connected.success', 0, 30_000);
      client.socket.close();
      await client.closed;
    };
    const [system] = (await project.owner.get(`${project.path}/avatars`)).body.slice(-1);
    await arena.whileNeighbourTalks(async () => {
      for (let count = 0; count < 21; count += 1) await talk(arena.demoKey, system.avatarId);
      const [demo] = (await arena.operator.get('/projects')).body;
      const kept = async (): Promise<number> =>
        (await arena.operator.get(`/projects/${demo.projectId}`)).body.usage.talks.used;
      await expect.poll(kept, { timeout: 20_000 }).toBeLessThanOrEqual(4);
      for (let count = 0; count < 41; count += 1) await talk(project.key, project.avatarId);
      await expect.poll(async () => (await usageOf(project)).talks.used, { timeout: 20_000 }).toBeLessThanOrEqual(26);
      expect((await usageOf(project)).talks.used).toBeGreaterThanOrEqual(25);
    });
  });
});
