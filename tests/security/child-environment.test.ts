import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { describeUnderAttack } from './support/attack.ts';

/** What the server is trusted with; no child of it needs any of these in its environment or its arguments. */
const SECRETS = {
  MASTER_KEY: 'a1b2c3d4'.repeat(8),
  OPENAI_API_KEY: 'sk-planted-provider-key',
  AWS_SECRET_ACCESS_KEY: 'planted-for-other-programs',
  PGPASSWORD: 'planted-database-password',
};

describeUnderAttack('children of the server', SECRETS, (arena) => {
  test.runIf(process.platform === 'linux')('have no secret in their environment or arguments', async () => {
    const { owner, path, key } = await arena.newProject();
    const [system] = (await owner.get(`${path}/avatars`)).body;
    const fields = { fromAvatarId: system.avatarId, name: 'Talker', provider: 'local', model: 'local' };
    const { avatarId } = (await owner.post(`${path}/avatars`, fields)).body;
    // With a local voice there are recognisers besides the media workers, where one is installed.
    const call = arena.call({ license: key, avatarId });
    await call.event('realtime.session.updated', 0, 30_000);
    const children = descendantsOf(arena.server.child.pid ?? 0);
    expect(children).toEqual(expect.arrayContaining([...arena.server.mediaWorkers()]));
    for (const pid of children) {
      const told = `${read(pid, 'environ')}\n${read(pid, 'cmdline')}`;
      const leaked = Object.values(SECRETS).filter((secret) => told.includes(secret));
      expect([read(pid, 'cmdline'), leaked, /DATABASE_URL|postgres:/.test(told)]).toEqual([
        read(pid, 'cmdline'),
        [],
        false,
      ]);
      expect(told).toContain('PATH=');
    }
    call.socket.close();
    await call.closed;
  });
});

function descendantsOf(pid: number): number[] {
  const direct = read(pid, `task/${pid}/children`).split(' ').filter(Boolean).map(Number);
  return direct.flatMap((child) => [child, ...descendantsOf(child)]);
}

function read(pid: number, name: string): string {
  return readFileSync(`/proc/${pid}/${name}`, 'latin1');
}
