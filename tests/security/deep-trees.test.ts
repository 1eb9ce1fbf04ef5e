import { expect, test } from 'vitest';
import { describeUnderAttack } from './support/attack.ts';

/** Deep enough to end a worker, or a request, that walks it by recursion. */
const LEVELS = [40, 100, 2000, 6000, 100_000];

function deepJson(levels: number): string {
  return `${'{"properties":'.repeat(levels)}{}${'}'.repeat(levels)}`;
}

function deepList(levels: number): string {
  return `${'['.repeat(levels)}${']'.repeat(levels)}`;
}

describeUnderAttack('trees and texts without end', {}, (arena) => {
  test('are refused by /api/v1 with a sentence, wherever they stand', async () => {
    const { owner, path, avatarId } = await arena.newProject();
    const send = async (method: string, address: string, body: string) => {
      const response = await fetch(`${arena.url}/api/v1${address}`, {
        method,
        headers: { origin: arena.url, cookie: owner.cookie, 'content-type': 'application/json' },
        body,
      });
      return { status: response.status, body: (await response.json()) as { error?: { message: string } } };
    };
    const places = [
      (tree: string) => `{"tools":[{"name":"book","parameters":${tree}}]}`,
      (tree: string) => `{"tools":${tree}}`,
      (tree: string) => `{"name":${tree}}`,
      (tree: string) => `{"unknown":${tree}}`,
      (tree: string) => tree,
    ];
    await arena.whileNeighbourTalks(async () => {
      for (const levels of LEVELS.slice(1)) {
        for (const tree of [deepJson(Math.min(levels, 60_000)), deepList(levels)]) {
          for (const [index, place] of places.entries()) {
            const reply = await send('PATCH', `${path}/avatars/${avatarId}`, place(tree));
            expect([levels, index, reply.status]).toEqual([levels, index, 400]);
            expect(reply.body.error?.message).toMatch(/nested more than 64 levels/);
          }
          expect((await send('POST', '/auth/login', `{"email":${tree},"password":"x"}`)).status).toBe(400);
        }
      }
      const forty = await send('PATCH', `${path}/avatars/${avatarId}`, places[0]?.(deepJson(40)) ?? '');
      expect([forty.status, forty.body.error?.message]).toEqual([400, expect.stringContaining('32 levels')]);
    });
    const wide: readonly (readonly [string, object, RegExp])[] = [
      ['many values', { unknown: Array(30_000).fill(0) }, /more than 20000 values/],
      ['a long key', { ['k'.repeat(300)]: 1 }, /key of more than 256/],
      ['many tools', { tools: Array(129).fill({ name: 'book' }) }, /129, at most 128/],
      ['a large tool', { tools: [{ name: 'book', parameters: { x: 'y'.repeat(40_000) } }] }, /at most 32768/],
      [
        'large tools',
        { tools: Array(12).fill({ name: 'a', parameters: { x: 'y'.repeat(30_000) } }) },
        /at most 262144/,
      ],
      ['a long description', { tools: [{ name: 'book', description: 'x'.repeat(4001) }] }, /at most 4000/],
      ['a long prompt', { prompt: 'x'.repeat(100_001) }, /100000/],
      ['a long language', { language: `en${'-a'.repeat(100)}` }, /35/],
    ];
    for (const [what, body, message] of wide) {
      const reply = await owner.send('PATCH', `${path}/avatars/${avatarId}`, body);
      expect([what, reply.status]).toEqual([what, 400]);
      expect(reply.body.error.message).toMatch(message);
    }
    const webhook = { kind: 'message', url: `https://shop.example/${'x'.repeat(3000)}` };
    expect((await owner.post(`${path}/webhooks`, webhook)).status).toBe(400);
    expect((await owner.get(`${path}/avatars/${avatarId}`)).body.tools).toEqual([]);
  });

  test('are refused by the open REST interface with a sentence', async () => {
    const { key, avatarId } = await arena.newProject();
    const post = async (route: string, body: string, query = `license=${key}`) => {
      const response = await fetch(`${arena.url}${route}?${query}`, { method: 'POST', body });
      return { status: response.status, message: ((await response.json()) as { message: string }).message };
    };
    const routes = ['avatar/add', 'avatar/update', 'avatar/delete', 'avatar/status', 'avatar/detail', 'avatar/list'];
    const paths = [...routes.map((route) => `/api/open/v1/${route}`), '/api/webrtc/generate-ice-servers'];
    await arena.whileNeighbourTalks(async () => {
      for (const path of paths) {
        for (const levels of LEVELS.slice(1)) {
          const reply = await post(path, `{"id":"${avatarId}","x":${deepList(levels)}}`);
          expect([path, levels, reply.status]).toEqual([path, levels, 400]);
          expect(reply.message).toMatch(/nested more than 64 levels/);
        }
        // The work of reading such a form is more than that of a whole page of the console.
        const form = await post(path, 'a=&'.repeat(340_000));
        expect([path, form.status]).toEqual([path, 400]);
        expect(form.message).toMatch(/more than 200 fields/);
      }
    });
    const long = await post(
      '/api/open/v1/avatar/update',
      JSON.stringify({ id: avatarId, prompt: 'x'.repeat(100_001) }),
    );
    expect(long).toEqual({ status: 400, message: 'prompt has 100001 characters, at most 100000.' });
    const name = await post('/api/open/v1/avatar/getByName', JSON.stringify({ name: 'x'.repeat(500_000) }));
    expect([name.status, name.message]).toEqual([400, expect.stringContaining('at most 512')]);
    const licence = await post('/api/open/v1/avatar/list', JSON.stringify({ license: 'x'.repeat(500_000) }), '');
    expect(licence.status).toBe(400);
  });

  test('on the socket are ignored, with the limit in a problem, and the call goes on', async () => {
    const { key, avatarId } = await arena.newProject();
    const frames = (levels: number): readonly string[] => {
      const [tree, list] = [deepJson(levels), deepList(levels)];
      return [
        `{"type":"realtime.input_config","data":{"content":${JSON.stringify(`{"tools":[{"name":"a","parameters":${tree}}]}`)}}}`,
        `{"type":"realtime.input_config","data":{"tools":[{"name":"a","parameters":${tree}}]}}`,
        `{"type":"realtime.input_function_call","data":{"content":[{"name":"a","parameters":${tree}}]}}`,
        `{"type":"session.update","session":{"turn_detection":${tree}, "tools":[{"name":"a","parameters":${tree}}]}}`,
        `{"type":"conversation.item.create","item":{"role":"user","content":${list}}}`,
        `{"type":"realtime.function_call_output","data":{"call_id":"c","output":${tree}}}`,
        `{"type":"response.create","response":{"metadata":${tree}}}`,
        `{"type":"realtime.input_text","data":{"content":${list}}}`,
        `{"type":"realtime.input_image","data":{"content":${list}}}`,
        `{"type":"webrtc.signaling.answer","data":{"sdp":${tree}}}`,
        `{"type":"webrtc.signaling.iceCandidate","data":{"candidate":${tree}}}`,
        `{"type":"visavis.say","data":{"text":${list}}}`,
        `{"type":"visavis.expression","data":{"expression":${list}}}`,
        `{"type":${list}}`,
        list,
      ];
    };
    await arena.whileNeighbourTalks(async () => {
      const call = arena.call({ license: key, avatarId, visavis: '1' });
      await call.event('realtime.session.updated', 0, 20_000);
      for (const levels of [100, 2000, 6000]) for (const frame of frames(levels)) call.socket.send(frame);
      const problem = await call.event('visavis.problem');
      expect(problem.data).toMatchObject({ code: 'message-ignored' });
      expect(problem.data.detail).toMatch(/nested more than 64 levels/);
      call.send({ type: 'realtime.input_text', data: { content: 'Are you still there?' } });
      await call.event('realtime.response.audio_transcript.delta', 0, 20_000);
      expect(call.types().filter((type) => type.startsWith('conversation.connected.'))).toEqual([
        'conversation.connected.success',
      ]);
      // 100,000 levels fit into a frame; the worker is as well as before.
      call.socket.send(`{"type":"realtime.function_call_output","data":{"call_id":"c","output":${deepList(100_000)}}}`);
      call.send({ type: 'realtime.input_text', data: { content: 'And now?' } });
      await call.event('realtime.response.audio_transcript.delta', 1, 20_000);
      call.socket.close();
      await call.closed;
    });
  });

  test('a description and candidates without end cost the call nothing but themselves', async () => {
    const { key, avatarId } = await arena.newProject();
    await arena.whileNeighbourTalks(async () => {
      const call = arena.call({ license: key, avatarId, visavis: '1' });
      await call.event('realtime.session.updated', 0, 20_000);
      call.send({ type: 'webrtc.signaling.answer', data: { sdp: { type: 'answer', sdp: 'a=x\r\n'.repeat(20_000) } } });
      const problem = await call.event('visavis.problem');
      expect(problem.data.detail).toContain('sdp has 100000 characters, at most 65536');
      call.send({ type: 'webrtc.signaling.answer', data: { sdp: `v=0\r\na=${'x'.repeat(60_000)}\r\n` } });
      for (let index = 0; index < 1500; index += 1) {
        const candidate = {
          candidate: `candidate:${index} 1 udp 1 127.0.0.1 9 typ host`,
          sdpMid: '0',
          sdpMLineIndex: 0,
        };
        call.send({ type: 'webrtc.signaling.iceCandidate', data: { candidate } });
      }
      call.send({ type: 'realtime.input_text', data: { content: 'Are you still there?' } });
      await call.event('realtime.response.audio_transcript.delta', 0, 20_000);
      call.socket.close();
      await call.closed;
    });
    await expect.poll(() => arena.server.output()).toMatch(/"ignoredMessages":\{"over-limit":50[0-9]\}/);
  });
});
