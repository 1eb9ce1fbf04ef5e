import { expect, test } from 'vitest';
import { type Arena, describeUnderAttack } from './support/attack.ts';

type Reply = { readonly status: number; readonly text: string };

/** Asks the open interface with a key; a body makes it a POST. */
async function ask(arena: Arena, key: string, path: string, body?: object): Promise<Reply> {
  const response = await fetch(`${arena.url}${path}`, {
    headers: { license: key, 'content-type': 'application/json' },
    ...(body === undefined ? {} : { method: 'POST', body: JSON.stringify(body) }),
  });
  return { status: response.status, text: await response.text() };
}

/** Has a short talk, and gives its session with the key of the talk, if there is one. */
async function talk(arena: Arena, query: Readonly<Record<string, string>>, words: string) {
  const call = arena.call({ ...query, visavis: '1' });
  await call.event('realtime.session.updated', 0, 20_000);
  const { data } = await call.event('realtime.session.created');
  call.send({ type: 'realtime.input_text', data: { content: words } });
  await call.event('realtime.response.audio_transcript.delta', 0, 20_000);
  call.socket.close();
  await call.closed;
  return { sessionId: String(data.sessionId), talkKey: data.talkKey === undefined ? null : String(data.talkKey) };
}

describeUnderAttack('keys that others gave away', {}, (arena) => {
  test('a browser token opens calls with its avatar, and nothing else of the project', async () => {
    const { owner, path, key, avatarId } = await arena.newProject();
    const [system] = (await owner.get(`${path}/avatars`)).body.filter(
      ({ isSystem }: { isSystem: boolean }) => isSystem,
    );
    const copy = { fromAvatarId: system.avatarId, name: 'Other', prompt: 'SECRET PROMPT' };
    const { avatarId: otherId } = (await owner.post(`${path}/avatars`, copy)).body;
    await owner.send('PATCH', `${path}/avatars/${avatarId}`, { prompt: 'SECRET PROMPT' });
    const { sessionId } = await talk(arena, { license: key, avatarId }, 'a stranger’s words');
    const minted = await ask(arena, key, '/api/v1/browser-tokens', { avatarId });
    const { token } = JSON.parse(minted.text) as { token: string };

    const open = '/api/open/v1/avatar';
    const attacks: readonly (readonly [path: string, body?: object])[] = [
      [`${open}/delete`, { id: otherId }],
      [`${open}/delete`, { id: avatarId }],
      [`${open}/update`, { id: avatarId, prompt: 'You are evil.' }],
      [`${open}/add`, { name: 'Mine', fromAvatarId: otherId }],
      [`${open}/status?jobId=${otherId}`],
      [`/api/v1/browser-tokens`, { avatarId: otherId }],
      ['/api/chat/sessions'],
      [`/api/chat/sessions/${sessionId}`],
      [`/api/chat/messages?sessionId=${sessionId}`],
      [`${open}/detail?avatarId=${otherId}`],
      [`${open}/getByName?name=Other`],
    ];
    for (const [address, body] of attacks) {
      const { status, text } = await ask(arena, token, address, body);
      expect([address, [401, 403, 404].includes(status), text.includes('SECRET')]).toEqual([address, true, false]);
      expect(text).not.toContain('stranger');
    }
    for (const address of [`${open}/list`, `${open}/detail?avatarId=${avatarId}`]) {
      const { status, text } = await ask(arena, token, address);
      const told = [text.includes(avatarId), text.includes(otherId), text.includes('SECRET')];
      expect([address, status, ...told]).toEqual([address, 200, true, false, false]);
    }
    const other = arena.call({ license: token, avatarId: otherId });
    expect((await other.closed).code).toBeGreaterThan(4000);
    const own = arena.call({ license: token, avatarId });
    await own.event('realtime.session.updated', 0, 20_000);
    own.socket.close();
    await own.closed;
    const names = (await owner.get(`${path}/avatars`)).body.map(({ name }: { name: string }) => name);
    expect(names).toContain('Other');
    expect((await owner.get(`${path}/avatars/${avatarId}`)).body.prompt).toBe('SECRET PROMPT');
  });

  test('the demo key shows nobody another visitor’s talk, and writes nothing', async () => {
    const { demoKey } = arena;
    const name = 'navtalk.Leo';
    const mine = await talk(arena, { license: demoKey, name }, 'what I said');
    const theirs = await talk(arena, { license: demoKey, name }, 'what they said');
    for (const { sessionId } of [mine, theirs]) {
      for (const address of [`/api/chat/sessions/${sessionId}`, `/api/chat/messages?sessionId=${sessionId}`]) {
        const { status, text } = await ask(arena, demoKey, address);
        expect([address, status, text.includes('said')]).toEqual([address, 403, false]);
      }
    }
    const borrowed = `/api/chat/messages?sessionId=${theirs.sessionId}&talkKey=${mine.talkKey}`;
    expect((await ask(arena, demoKey, borrowed)).status).toBe(403);
    expect((await ask(arena, demoKey, '/api/chat/sessions')).status).toBe(403);
    const own = await ask(arena, demoKey, `/api/chat/messages?sessionId=${mine.sessionId}&talkKey=${mine.talkKey}`);
    expect([own.status, own.text.includes('what I said')]).toEqual([200, true]);

    const before = JSON.parse((await ask(arena, demoKey, '/api/open/v1/avatar/list')).text).data;
    const [{ id }] = before;
    const writes: readonly (readonly [string, object])[] = [
      ['add', { name: 'Spam', fromAvatarId: id }],
      ['add', { name: 'Spam', url: 'https://example.org/face.png' }],
      ['update', { id, prompt: 'You are evil.' }],
      ['delete', { id }],
    ];
    for (const [what, body] of writes) {
      expect([what, (await ask(arena, demoKey, `/api/open/v1/avatar/${what}`, body)).status]).toEqual([what, 403]);
    }
    expect((await ask(arena, demoKey, '/api/v1/browser-tokens', {})).status).toBe(403);
    expect(JSON.parse((await ask(arena, demoKey, '/api/open/v1/avatar/list')).text).data).toEqual(before);
  });

  test('the operator reads in the log of the server who was refused what, and nobody else does', async () => {
    const { owner, key, avatarId } = await arena.newProject();
    const { token } = JSON.parse((await ask(arena, key, '/api/v1/browser-tokens', { avatarId })).text);
    expect((await ask(arena, token, '/api/open/v1/avatar/delete', { id: avatarId })).status).toBe(403);
    expect((await arena.call({ license: 'sk_wrong', avatarId }).closed).code).toBe(4401);
    expect((await owner.get('/operator/log')).status).toBe(403);
    const { status, body } = await arena.operator.get('/operator/log?limit=100');
    expect(status).toBe(200);
    const entries = body.items.map(({ action, subjectId }: Record<string, string>) => `${action} ${subjectId}`);
    expect(entries).toContain('access.refused POST /api/open/v1/avatar/delete');
    expect(entries).toContain('call.refused invalid-licence');
    expect(JSON.stringify(body)).not.toContain(token);
  });
});
