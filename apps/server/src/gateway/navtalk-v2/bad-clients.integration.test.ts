import { setTimeout as delay } from 'node:timers/promises';
import { mutateText, seededRandom } from '@visavis/protocol/testing';
import { describe, expect, it } from 'vitest';
import { QUERY, until, useHarness } from './test-harness.ts';

const harness = useHarness(21_101);

describe('faults inside', () => {
  it('end that call only, with backend_error, and give its place back', async () => {
    const other = harness.connect();
    await other.event('realtime.session.updated');
    const client = harness.connect();
    await client.event('realtime.session.updated');
    const commands = harness.server.placer.calls[1]!.commands;
    commands.push = () => {
      throw new Error('the channel is closed');
    };
    client.send({ type: 'response.cancel' });
    expect((await client.closed).code).toBe(4500);
    expect(client.types().at(-1)).toBe('conversation.connected.backend_error');
    await until(() => harness.server.gateway.callCount() === 1, 'one call left');
    expect(other.socket.readyState).toBe(other.socket.OPEN);
    expect(harness.server.conversations.entries.at(-1)!.value).toMatchObject({ status: 'failed', reason: 'internal' });
    for (let round = 0; round < 4; round += 1) await harness.connect().event('conversation.connected.success');
  });
});

describe('bad clients', () => {
  it('ignores frames it cannot use and leaves other sockets alone', async () => {
    const other = harness.connect();
    const client = harness.connect();
    await Promise.all([client.event('realtime.session.updated'), other.event('realtime.session.updated')]);
    const before = client.events.length;
    for (const frame of ['', '{', '[]', 'null', '{"type":1}', '{"type":"realtime.unheard_of"}'])
      client.socket.send(frame);
    client.socket.send(Buffer.from([1, 2, 3]));
    client.send({ type: 'realtime.input_audio_buffer.append', data: { audio: '***' } });
    client.send({ type: 'response.cancel' });
    await until(
      () => harness.commandTypes(1).includes('interrupt') || harness.commandTypes(0).includes('interrupt'),
      'interrupt',
    );
    expect(client.events).toHaveLength(before);
    expect(client.socket.readyState).toBe(client.socket.OPEN);
    expect(other.events).toHaveLength(3);
    expect(harness.server.log.lines.filter((line) => line.text.startsWith('A message was ignored'))).toHaveLength(4);
  });

  it('refuses a frame of 10 MB with a reason, and survives one of 20 MB', async () => {
    const other = harness.connect();
    await other.event('realtime.session.updated');
    const large = harness.connect();
    await large.event('realtime.session.updated');
    large.socket.send('x'.repeat(10_000_000));
    expect(await large.closed).toEqual({ code: 1009, reason: 'Message too large' });
    expect(large.events.at(-1)).toMatchObject({ type: 'conversation.connected.fail' });
    expect(large.events.at(-1)!.message).toContain('8 MiB');
    const huge = harness.connect();
    await huge.event('realtime.session.updated');
    huge.socket.send('x'.repeat(20_000_000));
    expect((await huge.closed).code).toBe(1009);
    other.send({ type: 'response.create' });
    await until(() => harness.commandTypes(0).includes('respond'), 'the other call goes on');
  });

  it('survives 1,000 random mutations of valid messages on one socket', async () => {
    const random = seededRandom(7);
    const other = harness.connect();
    const client = harness.connect();
    await Promise.all([client.event('realtime.session.updated'), other.event('realtime.session.updated')]);
    const valid = [
      { type: 'realtime.input_config', data: { content: '{"voice":"marin","prompt":"P","tools":[]}' } },
      { type: 'session.update', session: { instructions: 'x', turn_detection: { threshold: 0.5 }, tools: [] } },
      { type: 'conversation.item.create', item: { type: 'message', role: 'user', content: [{ text: 'Hi' }] } },
      { type: 'conversation.item.create', item: { type: 'function_call_output', call_id: 'c', output: '4' } },
      { type: 'realtime.input_audio_buffer.append', data: { audio: 'AAAA', sequenceNumber: 3 } },
      { type: 'realtime.input_image', data: { content: 'data:image/jpeg;base64,AAAA', reply: 0 } },
      { type: 'webrtc.signaling.iceCandidate', data: { candidate: { candidate: 'c', sdpMid: '0', sdpMLineIndex: 0 } } },
      { type: 'response.create', response: { instructions: 'x' } },
    ].map((message) => JSON.stringify(message));
    for (let round = 0; round < 1000; round += 1) client.socket.send(mutateText(valid[round % valid.length]!, random));
    client.send({ type: 'visavis.say', data: { text: 'the end' } });
    const callThatSays = () =>
      harness.server.placer.calls.find((call) => call.commands.some((command) => command.type === 'say'));
    await until(() => callThatSays() !== undefined, 'say');
    callThatSays()!.emit({ type: 'user-speech-started', itemId: 'last', audioStartMs: 0 });
    await client.event('realtime.input_audio_buffer.speech_started');
    expect(client.socket.readyState).toBe(client.socket.OPEN);
    expect(new Set(client.types().slice(3, -1))).toEqual(new Set(['realtime.session.updated']));
    expect(other.events).toHaveLength(3);
  });

  it('gives up a client that answers no ping', async () => {
    await harness.restart({ heartbeatIntervalMs: 100 });
    const alive = harness.connect();
    const dead = harness.connect();
    await Promise.all([alive.event('realtime.session.updated'), dead.event('realtime.session.updated')]);
    dead.socket.pause();
    await until(() => harness.server.gateway.callCount() === 1, 'the dead call to end');
    expect(alive.socket.readyState).toBe(alive.socket.OPEN);
    expect(harness.server.conversations.entries.filter((entry) => entry.kind === 'end')).toMatchObject([
      { value: { reason: 'client-closed-1006' } },
    ]);
  });

  it('drops sound first and then gives up a client that reads too slowly', async () => {
    const client = harness.connect({ ...QUERY, audioBack: 'true' });
    await client.event('realtime.session.updated');
    client.socket.pause();
    const call = harness.server.placer.calls[0]!;
    for (let round = 0; round < 400; round += 1) {
      call.emit({ type: 'reply-audio', turnId: 'r', bytes: new Uint8Array(96_000) });
    }
    await delay(20);
    expect(harness.server.gateway.callCount()).toBe(1);
    for (let round = 0; round < 400; round += 1) {
      call.emit({ type: 'reply-text-delta', turnId: 'r', text: 'x'.repeat(50_000) });
    }
    await until(() => harness.server.gateway.callCount() === 0, 'the slow call to end');
    expect(call.commands.at(-1)).toEqual({ type: 'close', reason: 'slow-client' });
    const end = harness.server.log.lines.find((line) => line.text.startsWith('Call ended'))!;
    expect(end.text).toMatch(/"droppedAudioMessages":[1-9]/);
  });

  it('gives everything back when the client leaves during the look-up', async () => {
    for (let round = 0; round < 8; round += 1) {
      const client = harness.connect();
      await client.opened();
      client.socket.terminate();
    }
    await until(() => harness.server.gateway.callCount() === 0, 'all gone');
    await harness.connect().event('realtime.session.updated');
  });
});
