import { createServer } from 'node:net';
import { Aedes } from 'aedes';
import { connectAsync } from 'mqtt';
import { describe, expect, it, vi } from 'vitest';
import { TestClient } from '../navtalk-v2/test-client.ts';
import { QUERY, until } from '../navtalk-v2/test-harness.ts';
import { rememberedLog, TEST_AVATAR, TEST_KEY } from '../test-doubles.ts';
import { BROKER_PATH } from './broker/broker-doors.ts';
import { ExternalBroker } from './broker/external-broker.ts';
import {
  baseUrl,
  desk,
  endLater,
  operatedCall,
  operator,
  PREFIX,
  PRESENT,
  server,
  spoken,
  useOperators,
} from './testing/operators.ts';
import { Topics } from './topics.ts';

useOperators();

describe('operators', () => {
  it('get a token by their licence key, in the shape of the reference, that opens this server’s broker', async () => {
    const answer = await fetch(`${baseUrl.replace('ws', 'http')}/api/open/v1/mqtt/operator-token`, {
      method: 'POST',
      headers: { license: TEST_KEY },
    });
    const { code, data } = (await answer.json()) as { code: number; data: Record<string, string> };
    expect(code).toBe(200);
    expect(data).toMatchObject({ projectId: 'project', username: 'project', prefix: PREFIX, topicPrefix: PREFIX });
    expect(data.brokerUrl).toBe(`${baseUrl}${BROKER_PATH}`);
    const { brokerUrl = '', username = '', token = '' } = data;
    const client = await connectAsync(brokerUrl, { username, password: token, reconnectPeriod: 0 });
    await client.endAsync();
  });

  it('are told what is said and typed, and their answer is spoken as theirs', async () => {
    const { client, heard } = await operator();
    client.publish(`${PREFIX}/project/agent/presence`, JSON.stringify(PRESENT));
    const { call, sessionId } = await operatedCall();
    expect(call.config.provider).toBe('operator');
    call.emit({ type: 'user-transcript-done', itemId: 'i', text: 'Is anybody there?' });
    await until(() => heard.length === 1, 'the operator is told');
    expect(heard[0]?.topic).toBe(`${PREFIX}/project/${sessionId}/user`);
    expect(heard[0]?.message).toMatchObject({
      type: 'transparent.user.text',
      source: 'user',
      inputType: 'audio',
      text: 'Is anybody there?',
      session_id: sessionId,
      messageId: expect.any(String),
      traceId: expect.any(String),
    });
    const answer = { type: 'transparent.reply.text', session_id: sessionId, source: 'operator', text: 'Yes, Ann is.' };
    client.publish(`${PREFIX}/project/${sessionId}/reply`, JSON.stringify(answer));
    await until(() => call.commands.some(({ type }) => type === 'say'), 'the answer is spoken');
    expect(call.commands.at(-1)).toEqual({ type: 'say', text: 'Yes, Ann is.', by: 'operator' });
    call.emit({ type: 'reply-started', turnId: 't', by: 'operator' });
    call.emit({ type: 'reply-text-done', turnId: 't', text: 'Yes, Ann is.' });
    call.emit({ type: 'reply-done', turnId: 't', interrupted: false, playedMs: 900, heardText: 'Yes, Ann is.' });
    await until(() => server.conversations.entries.some(({ value }) => value.by === 'operator'), 'it is recorded');
    const message = server.conversations.entries.find(({ value }) => value.by === 'operator');
    expect(message?.value).toMatchObject({ role: 'assistant', text: 'Yes, Ann is.' });
  });

  it('may answer in pieces, which are spoken sentence by sentence', async () => {
    const { client } = await operator();
    const { said, sessionId } = await operatedCall();
    const pieces = ['Good ', 'morning. ', 'How can ', 'I help?'];
    for (const [sequence, delta] of pieces.entries()) {
      const message = { type: 'transparent.reply.delta', messageId: 'm', sequence, delta };
      client.publish(`${PREFIX}/project/${sessionId}/reply`, JSON.stringify(message));
    }
    await until(() => said().length === 1, 'the first sentence is spoken before the last is written');
    client.publish(
      `${PREFIX}/project/${sessionId}/reply`,
      JSON.stringify({ type: 'transparent.reply.done', messageId: 'm' }),
    );
    await until(() => said().length === 2, 'the rest is spoken');
    expect(said()).toEqual(['Good morning.', 'How can I help?']);
  });

  it('are missed in words and by an event where none of them is there, once and not for every sentence', async () => {
    const { client, call, said } = await operatedCall();
    call.emit({ type: 'user-transcript-done', itemId: 'i', text: 'Hello?' });
    call.emit({ type: 'user-transcript-done', itemId: 'j', text: 'Hello!' });
    await until(() => said().length === 1, 'the user is told');
    expect(said()[0]).toMatch(/^Nobody is here/);
    const problem = await client.event('visavis.problem');
    expect(problem.data).toMatchObject({ code: 'operator-away' });
  });

  it('who are there and do not answer are waited for, and not longer', async () => {
    desk.presence('project', true, null);
    const { call, said } = await operatedCall();
    call.emit({ type: 'user-transcript-done', itemId: 'i', text: 'Hello?' });
    expect(said()).toEqual([]);
    await until(() => said().length === 1, 'the user is told after the wait');
  });

  it('have no say in a talk that they have not taken over, and what is said there is not theirs to read', async () => {
    const { client, heard } = await operator();
    const talk = new TestClient(baseUrl, QUERY);
    endLater({ end: () => talk.socket.terminate() });
    await talk.event('realtime.session.updated');
    const call = server.placer.calls[0];
    call?.emit({ type: 'user-transcript-done', itemId: 'i', text: 'This is between us.' });
    const topic = `${PREFIX}/project/${call?.config.sessionId}/reply`;
    await client.publishAsync(topic, JSON.stringify({ type: 'transparent.reply.text', text: 'Boo' }), { qos: 1 });
    expect(spoken(call?.commands ?? [])).toEqual([]);
    expect(heard).toEqual([]);
  });
});

describe('operators who drop out', () => {
  it('are missed at once by the will that they left, and not while another one is there', async () => {
    const topic = `${PREFIX}/project/agent/presence`;
    const will = {
      topic,
      payload: Buffer.from(JSON.stringify({ ...PRESENT, online: false })),
      qos: 0,
      retain: false,
    } as const;
    const isThere = () => desk.list('project').isOperatorThere;
    const ann = await operator('project', { will });
    const bob = await operator('project', { will });
    for (const { client } of [ann, bob]) await client.publishAsync(topic, JSON.stringify(PRESENT), { qos: 1 });
    const heard = vi.spyOn(desk, 'presence');
    ann.client.stream.destroy();
    await until(() => heard.mock.calls.some(([, isOnline]) => !isOnline), 'her will is heard');
    expect(isThere()).toBe(true);
    bob.client.stream.destroy();
    await until(() => !isThere(), 'nobody is there any more');
  });
});

describe('a broker outside', () => {
  it('brings what operators write, and the log says what it does not let the server read', async () => {
    const outside = await Aedes.createBroker({
      authorizeSubscribe: (_, filter, done) => done(null, filter.topic.endsWith('/reply') ? filter : null),
    });
    const listening = createServer((socket) => void outside.handle(socket));
    await new Promise<void>((resolve) => listening.listen(0, '127.0.0.1', resolve));
    const { port } = listening.address() as { port: number };
    const logger = rememberedLog();
    const access = { url: `mqtt://127.0.0.1:${port}`, username: undefined, password: undefined };
    const external = new ExternalBroker({ ...access, topics: new Topics(PREFIX), logger }, desk);
    try {
      const isTold = () => logger.lines.some(({ level, text }) => level === 'error' && text.includes('agent/presence'));
      await until(isTold, 'the refusal is in the log');
      const { said, sessionId } = await operatedCall();
      const payload = JSON.stringify({ type: 'transparent.reply.text', text: 'From afar.' });
      const topic = `${PREFIX}/project/${sessionId}/reply`;
      outside.publish({ cmd: 'publish', topic, payload, qos: 0, retain: false, dup: false }, () => {});
      await until(() => said().includes('From afar.'), 'the answer is spoken');
    } finally {
      await external.close();
      await new Promise<void>((resolve) => outside.close(() => resolve()));
      listening.close();
    }
  });
});

describe('members at their page', () => {
  it('take a talk over, answer, and give it back', async () => {
    const talk = new TestClient(baseUrl, QUERY);
    endLater({ end: () => talk.socket.terminate() });
    await talk.event('realtime.session.updated');
    const call = server.placer.calls[0];
    const sessionId = call?.config.sessionId ?? '';
    call?.emit({ type: 'reply-started', turnId: 'a' });
    call?.emit({ type: 'reply-text-delta', turnId: 'a', text: 'I am a model' });
    expect(desk.list('project').talks).toMatchObject([
      {
        sessionId,
        answeredBy: 'voice',
        canGiveBack: true,
        lines: [{ role: 'assistant', text: 'I am a model', isOpen: true }],
      },
    ]);
    expect(desk.list('another').talks).toEqual([]);
    expect(desk.takeOver('another', sessionId)).toBe('gone');
    expect(desk.answer('another', sessionId, 'Boo')).toBe('gone');
    expect(desk.answer('project', sessionId, 'I am Ann.')).toBe('taken-over');
    expect(call?.commands.slice(-2)).toEqual([
      { type: 'answer-by', by: 'operator' },
      { type: 'say', text: 'I am Ann.', by: 'operator' },
    ]);
    call?.emit({ type: 'answered-by', by: 'operator', canChange: true });
    expect(desk.giveBack('project', sessionId)).toBe('changed');
    expect(call?.commands.at(-1)).toEqual({ type: 'answer-by', by: 'voice' });
  });

  it('who leave give the talk back, so that nobody is left without an answer', async () => {
    const talk = new TestClient(baseUrl, QUERY);
    endLater({ end: () => talk.socket.terminate() });
    await talk.event('realtime.session.updated');
    const call = server.placer.calls[0];
    call?.emit({ type: 'answered-by', by: 'operator', canChange: true });
    call?.emit({ type: 'user-transcript-done', itemId: 'i', text: 'Are you still there?' });
    expect(call?.commands.slice(-2)).toEqual([{ type: 'answer-by', by: 'voice' }, { type: 'respond' }]);
  });

  it('are told of changes as they come, and wait no longer than asked', async () => {
    const { version } = desk.list('project');
    const changed = desk.changed('project', version, 60_000, new AbortController().signal);
    const { sessionId } = await operatedCall();
    await changed;
    const now = desk.list('project');
    expect(now.version).not.toBe(version);
    expect(now.talks).toMatchObject([{ sessionId, avatarName: TEST_AVATAR.name }]);
    await desk.changed('project', now.version, 1, new AbortController().signal);
  });
});
