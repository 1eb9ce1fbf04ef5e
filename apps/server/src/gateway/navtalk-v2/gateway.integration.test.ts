import { once } from 'node:events';
import { setTimeout as delay } from 'node:timers/promises';
import { REALTIME_V2_PATH } from '@visavis/protocol';
import { describe, expect, it } from 'vitest';
import { WebSocket } from 'ws';
import { TEST_AVATAR, TEST_KEY } from '../test-doubles.ts';
import { QUERY, until, useHarness } from './test-harness.ts';

const SDP = 'v=0\r\n';
const harness = useHarness(21_100);

describe('a call', () => {
  it('goes through the documented order of events [20.17] [20.18]', async () => {
    const client = harness.connect();
    await client.opened();
    client.send({ type: 'realtime.input_config', data: { content: '{"voice":"marin","prompt":"Be brief."}' } });
    const success = await client.event('conversation.connected.success');
    const call = harness.server.placer.calls[0]!;
    call.emit({ type: 'local-description', description: { type: 'offer', sdp: SDP } });
    await client.event('realtime.session.created');
    client.send({
      type: 'conversation.item.create',
      item: { type: 'message', role: 'user', content: [{ type: 'input_text', text: 'Earlier' }] },
    });
    await client.event('realtime.session.updated');
    client.send({ type: 'webrtc.signaling.answer', data: { sdp: { type: 'answer', sdp: SDP } } });
    client.send({ type: 'response.create' });
    await until(() => harness.commandTypes().includes('respond'), 'respond');
    expect(client.types()).toEqual([
      'conversation.connected.success',
      'realtime.session.created',
      'webrtc.signaling.offer',
      'realtime.session.updated',
    ]);
    expect(harness.commandTypes()).toEqual(['configure', 'history', 'begin', 'remote-description', 'respond']);
    expect(call.commands[0]).toEqual({ type: 'configure', patch: { voice: 'marin', prompt: 'Be brief.' } });
    expect(success).toMatchObject({
      session_id: call.config.sessionId,
      data: {
        sessionId: call.config.sessionId,
        iceServers: [{ urls: ['stun:127.0.0.1:3478'] }, { urls: ['turn:relay:3478'], username: 'u', credential: 'p' }],
      },
    });
    for (const event of client.events) expect(event.data).toBeTypeOf('object');
  });

  it('carries one exchange both ways and records what was heard [19.livekit.needs] [22.11]', async () => {
    const client = harness.connect({ ...QUERY, audioBack: 'true' });
    await client.event('realtime.session.updated');
    const call = harness.server.placer.calls[0]!;
    client.send({ type: 'input_audio_buffer.append', audio: Buffer.from([1, 2, 3, 4]).toString('base64') });
    await until(() => harness.commandTypes().includes('user-audio'), 'user-audio');
    expect(call.commands.find((command) => command.type === 'user-audio')).toEqual({
      type: 'user-audio',
      bytes: new Uint8Array([1, 2, 3, 4]),
    });
    call.emit({ type: 'user-speech-started', itemId: 'item_1', audioStartMs: 1200 });
    call.emit({ type: 'user-speech-stopped', itemId: 'item_1', audioEndMs: 2600 });
    call.emit({ type: 'user-transcript-done', itemId: 'item_1', text: 'What time is it?' });
    call.emit({ type: 'reply-started', turnId: 'resp_1' });
    call.emit({ type: 'reply-text-delta', turnId: 'resp_1', text: 'It is ' });
    call.emit({ type: 'reply-audio', turnId: 'resp_1', bytes: new Uint8Array([0, 1]) });
    call.emit({ type: 'reply-text-delta', turnId: 'resp_1', text: 'noon.' });
    call.emit({ type: 'reply-text-done', turnId: 'resp_1', text: 'It is noon.' });
    call.emit({ type: 'reply-done', turnId: 'resp_1', interrupted: true, playedMs: 400.4, heardText: 'It is' });
    call.emit({
      type: 'turn-latency',
      turnId: 'resp_1',
      latency: { transcriptMs: 1, firstTextMs: 2, firstAudioMs: 3, firstSoundMs: 4 },
    });
    const done = await client.event('realtime.response.audio.done');
    expect(client.types().slice(3)).toEqual([
      'realtime.input_audio_buffer.speech_started',
      'realtime.input_audio_buffer.speech_stopped',
      'realtime.conversation.item.input_audio_transcription.completed',
      'realtime.response.audio_transcript.delta',
      'realtime.response.audio.delta',
      'realtime.response.audio_transcript.delta',
      'realtime.response.audio_transcript.done',
      'realtime.response.audio.done',
    ]);
    expect(done.data).toMatchObject({ id: 'resp_1', response_id: 'resp_1', interrupted: true, heardText: 'It is' });
    client.socket.close();
    await until(
      () => harness.server.conversations.entries.some((entry) => entry.kind === 'end'),
      'the end of the record',
    );
    expect(harness.server.conversations.entries).toMatchObject([
      { kind: 'start', value: { projectId: 'project', licenceId: 'licence', avatarId: TEST_AVATAR.avatarId } },
      { kind: 'message', value: { role: 'user', text: 'What time is it?' } },
      { kind: 'message', value: { role: 'assistant', text: 'It is', interrupted: true } },
      { kind: 'end', value: { status: 'completed', reason: 'client-closed-1005' } },
    ]);
    expect(harness.commandTypes().at(-1)).toBe('close');
  });

  it('is found with a slash at the end of its path', async () => {
    const socket = new WebSocket(`${harness.baseUrl}${REALTIME_V2_PATH}/?${new URLSearchParams(QUERY)}`);
    const [data] = (await once(socket, 'message')) as [Buffer];
    expect(JSON.parse(String(data))).toMatchObject({ type: 'conversation.connected.success' });
    socket.terminate();
  });

  it('takes the key from a header of the upgrade, or as userId, as older clients send it [20.28]', async () => {
    const { license, ...query } = QUERY;
    await harness.connect({ ...query, userId: license }).event('conversation.connected.success');
    await harness.connect(query, { license }).event('conversation.connected.success');
  });

  it('records the page of a call, and none where the browser names none', async () => {
    const { entries } = harness.server.conversations;
    for (const origin of ['https://shop.example', 'null', undefined]) {
      const client = harness.connect(QUERY, origin === undefined ? {} : { origin });
      await client.event('realtime.session.updated');
    }
    const starts = entries.filter(({ kind }) => kind === 'start').map(({ value }) => value.origin);
    expect(starts).toEqual(['https://shop.example', null, null]);
  });

  it('tells of each call that begins, and waits for nobody whom it tells', async () => {
    const told: unknown[] = [];
    await harness.restart({
      noteCall: (call) => {
        told.push(call);
        return new Promise(() => {});
      },
    });
    await harness.connect().event('realtime.session.updated');
    expect(told).toEqual([{ projectId: 'project', isOwnAvatar: true, isFromElsewhere: false }]);
    expect(harness.server.conversations.entries).toHaveLength(1);
  });

  it('hands a wish for an expression to the face, and lives on after one that does not exist', async () => {
    const client = harness.connect();
    await client.event('realtime.session.updated');
    const call = harness.server.placer.calls[0]!;
    client.send({ type: 'visavis.expression', data: { expression: 'grin' } });
    client.send({ type: 'visavis.expression', data: { expression: 'concerned', intensity: 0.4, durationMs: 1200 } });
    await until(() => harness.commandTypes().includes('express'), 'express');
    expect(call.commands.filter((command) => command.type === 'express')).toEqual([
      { type: 'express', expression: 'concerned', intensity: 0.4, durationMs: 1200 },
    ]);
    expect(client.socket.readyState).toBe(client.socket.OPEN);
  });

  it('gives clients that do not know Visavis the time that was set to open their microphone, and its own need none', async () => {
    await harness.restart({ historyGapMs: 60_000 });
    const plain = harness.connect();
    await plain.event('realtime.session.created');
    await harness.connect({ ...QUERY, visavis: '1' }).event('realtime.session.updated');
    expect(plain.types()).not.toContain('realtime.session.updated');
  });

  it('sends no sound and no extension to a client that asked for neither, and both to one that did [19.esl.traps] [19.livekit.needs] [20.20] [22.11]', async () => {
    const plain = harness.connect();
    const own = harness.connect({ ...QUERY, visavis: '1', audioBack: 'true' });
    await Promise.all([plain.event('realtime.session.updated'), own.event('realtime.session.updated')]);
    for (const call of harness.server.placer.calls) {
      call.emit({ type: 'media-state', state: 'connected' });
      call.emit({ type: 'reply-started', turnId: 'r' });
      call.emit({ type: 'reply-audio', turnId: 'r', bytes: new Uint8Array(2) });
      call.emit({ type: 'failed', code: 'voice-failed', message: 'A blip.', fatal: false });
      call.emit({ type: 'reply-done', turnId: 'r', interrupted: false, playedMs: 20, heardText: '' });
    }
    await Promise.all([plain.event('realtime.response.audio.done'), own.event('realtime.response.audio.done')]);
    expect(plain.types().slice(3)).toEqual(['realtime.response.audio.done']);
    expect(own.types()).toEqual(
      expect.arrayContaining([
        'visavis.session.info',
        'visavis.media.state',
        'visavis.problem',
        'realtime.response.audio.delta',
      ]),
    );
  });

  it('answers each session.update once and never doubles the automatic one [19.hotel.traps] [19.html.traps] [20.1]', async () => {
    const client = harness.connect();
    await client.event('realtime.session.created');
    client.send({ type: 'session.update', session: { voice: 'echo' } });
    await client.event('realtime.session.updated');
    client.send({ type: 'session.update', session: { voice: 'ash', turn_detection: { silence_duration_ms: 600 } } });
    client.send({ type: 'realtime.input_config', data: { content: '{"prompt":"New."}' } });
    await client.event('realtime.session.updated', 1);
    await until(() => harness.commandTypes().filter((type) => type === 'configure').length === 3, 'three configures');
    await delay(50);
    expect(client.types().filter((type) => type === 'realtime.session.updated')).toHaveLength(2);
    expect(harness.server.placer.calls[0]!.commands).toContainEqual({
      type: 'configure',
      patch: { voice: 'ash', turnDetection: { threshold: 0.5, prefixPaddingMs: 300, silenceDurationMs: 600 } },
    });
  });

  it('takes parameters of the address over the avatar, and model=transparency as provider [19.hotel.traps] [19.transparency.needs] [20.1]', async () => {
    const own = harness.connect({ ...QUERY, voice: 'verse', model: 'gpt-realtime-mini' });
    await own.event('conversation.connected.success');
    const mouth = harness.connect({ ...QUERY, model: 'transparency' });
    await mouth.event('realtime.session.updated');
    expect(harness.server.placer.calls.map((call) => call.config)).toMatchObject([
      { provider: 'local', voice: 'verse', model: 'gpt-realtime-mini', firstMessage: 'Hello!', prompt: 'You are Leo.' },
      { provider: 'transparency', voice: 'cedar', model: 'transparency', firstMessage: '' },
    ]);
  });

  it('goes by what was said last of the record, the address and each configuration, and an empty text says nothing [20.1]', async () => {
    const client = harness.connect({ ...QUERY, voice: 'verse', language: 'fr' });
    await client.event('realtime.session.created');
    const config = (content: object) => ({ type: 'realtime.input_config', data: { content: JSON.stringify(content) } });
    client.send(config({ voice: 'marin', prompt: 'Be brief.' }));
    client.send({ type: 'session.update', session: { voice: 'ash', instructions: '' } });
    await client.event('realtime.session.updated');
    client.send({ type: 'session.update', session: { voice: '', instructions: 'Be kind.' } });
    client.send(config({ voice: 'coral', prompt: ' ' }));
    await until(() => harness.commandTypes().filter((type) => type === 'configure').length === 4, 'all are read');
    const call = harness.server.placer.calls[0]!;
    const inForce = [call.config];
    for (const command of call.commands) {
      if (command.type === 'configure') inForce.push({ ...inForce.at(-1)!, ...command.patch });
    }
    expect(inForce.map(({ voice, prompt }) => [voice, prompt])).toEqual([
      ['verse', 'You are Leo.'],
      ['marin', 'Be brief.'],
      ['ash', 'Be brief.'],
      ['ash', 'Be kind.'],
      ['coral', 'Be kind.'],
    ]);
    expect(inForce.at(-1)).toMatchObject({ language: 'fr', firstMessage: 'Hello!' });
  });

  it('warns of an ambiguous name after success', async () => {
    const client = harness.connect({ license: TEST_KEY, characterName: 'twins' });
    const warning = await client.event('conversation.connected.warning');
    expect(client.types().slice(0, 3)).toEqual([
      'conversation.connected.success',
      'conversation.connected.warning',
      'realtime.session.created',
    ]);
    expect(warning.data.avatarId).toBe(TEST_AVATAR.avatarId);
    expect(warning.message).toBe(warning.data.message);
  });

  it('warns a client of the protocol whose name a built-in figure stands in for, and refuses one that can say so', async () => {
    const name = { license: TEST_KEY, name: 'navtalk.Nobody' };
    const client = harness.connect(name);
    const warning = await client.event('conversation.connected.warning');
    expect(warning.message).toContain('No avatar is named "navtalk.Nobody"');
    expect(warning.data.avatarId).toBe(TEST_AVATAR.avatarId);
    const own = harness.connect({ ...name, visavis: '1' });
    expect((await own.closed).code).toBe(4404);
    expect(own.events[0]?.data.code).toBe('avatar-not-found');
  });
});

describe('refusals', () => {
  it.each([
    ['no key', {}, 'conversation.connected.fail', 4401],
    ['an unknown key', { ...QUERY, license: 'wrong' }, 'conversation.connected.fail', 4401],
    ['no avatar', { license: TEST_KEY }, 'conversation.connected.fail', 4400],
    ['an unknown avatar', { license: TEST_KEY, avatarId: 'f'.repeat(32) }, 'conversation.connected.fail', 4404],
    ['an unknown name', { license: TEST_KEY, name: 'Nobody' }, 'conversation.connected.fail', 4404],
    ['no points', { ...QUERY, license: 'poor' }, 'conversation.connected.insufficient_balance', 4402],
    ['a lost database', { ...QUERY, license: 'broken' }, 'conversation.connected.backend_error', 4500],
  ])('%s: says why, then closes [20.12] [20.13] [20.14] [20.15] [22.12]', async (_name, query, type, closeCode) => {
    const client = harness.connect(query);
    const { code, reason } = await client.closed;
    // An event that few clients know is followed by one that they show.
    const fail = 'conversation.connected.fail';
    expect(client.types()).toEqual(type.endsWith('insufficient_balance') ? [type, fail] : [type]);
    expect(new Set(client.events.map(({ message }) => message)).size).toBe(1);
    expect(client.events[0]!.message).toBe(client.events[0]!.data.message);
    expect(client.events[0]!.message).not.toBe('');
    expect(code).toBe(closeCode);
    if (type.endsWith('insufficient_balance')) expect(reason).toBe('Insufficient points');
    expect(harness.server.placer.calls).toHaveLength(0);
  });

  it('no room: gpu_full, and the place under the limit is given back [22.12]', async () => {
    harness.server.placer.full = true;
    for (let round = 0; round < 6; round += 1) {
      const client = harness.connect();
      expect((await client.closed).code).toBe(4503);
      expect(client.types()).toEqual(['conversation.connected.gpu_full', 'conversation.connected.fail']);
    }
    harness.server.placer.full = false;
    await harness.connect().event('realtime.session.updated');
  });

  it('lets exactly the limit in when many connect at once, and frees a place at hang-up [22.12]', async () => {
    const many = Array.from({ length: 12 }, () => harness.connect());
    await until(
      () => many.filter((client) => client.socket.readyState === client.socket.CLOSED).length === 7,
      '7 refused',
    );
    const taken = many.filter((client) => client.types().includes('conversation.connected.success'));
    expect(taken).toHaveLength(5);
    const refused = many.find((client) => !taken.includes(client))!;
    expect(refused.types()).toEqual([
      'conversation.connected.connection_limit_exceeded',
      'conversation.connected.fail',
    ]);
    expect(refused.events[0]!.message).toContain('(5)');
    taken[0]!.socket.close();
    await taken[0]!.closed;
    await until(() => harness.commandTypes(0).length > 0 && harness.server.gateway.callCount() === 4, 'one place free');
    await harness.connect().event('conversation.connected.success');
  });

  it('a lost worker ends the call with backend_error', async () => {
    const client = harness.connect();
    await client.event('realtime.session.updated');
    harness.server.placer.calls[0]!.emit({
      type: 'failed',
      code: 'worker-lost',
      message: 'The worker died.',
      fatal: true,
    });
    harness.server.placer.calls[0]!.emit({ type: 'closed', reason: 'worker-lost' });
    expect((await client.closed).code).toBe(4500);
    expect(client.events.at(-1)).toMatchObject({
      type: 'conversation.connected.backend_error',
      message: 'The worker died.',
    });
    await until(() => harness.server.conversations.entries.some((entry) => entry.kind === 'end'), 'end');
    expect(harness.server.conversations.entries.at(-1)!.value).toMatchObject({
      status: 'failed',
      reason: 'worker-lost',
    });
  });
});

describe('the server ends', () => {
  it('says so to live calls, closes with 1001 and finishes the records', async () => {
    const calls = [harness.connect(), harness.connect()];
    await Promise.all(calls.map((client) => client.event('realtime.session.updated')));
    await harness.server.app.close();
    for (const client of calls) {
      expect(await client.closed).toEqual({ code: 1001, reason: 'Server is shutting down' });
      expect(client.types().at(-1)).toBe('conversation.connected.close');
    }
    expect(harness.server.conversations.entries.filter((entry) => entry.kind === 'end')).toHaveLength(2);
  });

  it('ends the calls of one licence [20.15]', async () => {
    const client = harness.connect();
    await client.event('realtime.session.updated');
    expect(harness.server.gateway.endCallsOfLicence('another', 'insufficient-balance')).toBe(0);
    expect(harness.server.gateway.endCallsOfLicence('licence', 'insufficient-balance')).toBe(1);
    expect((await client.closed).reason).toBe('Insufficient points');
    expect(client.types().at(-2)).toBe('conversation.connected.insufficient_balance');
  });
});
