import { connect as connectTcp, type Socket } from 'node:net';
import { connectAsync, type IClientOptions, type MqttClient } from 'mqtt';
import { describe, expect, it, vi } from 'vitest';
import { WebSocket } from 'ws';
import { until } from '../../navtalk-v2/test-harness.ts';
import { TEST_KEY } from '../../test-doubles.ts';
import { OperatorTokens } from '../operator-tokens.ts';
import {
  baseUrl,
  broker,
  desk,
  endLater,
  keyDigests,
  operatedCall,
  operator,
  PREFIX,
  PRESENT,
  tokenOf,
  tokens,
  useOperators,
} from '../testing/operators.ts';
import { BROKER_PATH, listenForOperators } from './broker-doors.ts';

useOperators();

const LICENCE = { projectId: 'project', licenceId: 'l', keyDigest: '' };
const isRefused = (code: number) => expect.objectContaining({ code });

function closing(client: MqttClient): Promise<void> {
  return new Promise((resolve) => client.once('close', () => resolve()));
}

/** A connection by TCP that does nothing by itself. */
async function rawOperator(projectId: string): Promise<{ socket: Socket; closed: Promise<void> }> {
  const listening = await listenForOperators(broker, 0, '127.0.0.1');
  const { port } = listening.address() as { port: number };
  const socket = connectTcp(port, '127.0.0.1');
  endLater({
    end: () => {
      socket.destroy();
      listening.close();
    },
  });
  socket.on('error', () => {});
  const closed = new Promise<void>((resolve) => socket.once('close', () => resolve()));
  // It need not say that it lives: nothing but what it does ends it.
  const head = [text('MQTT'), Buffer.from([4, 0xc2, 0, 0])];
  socket.write(mqttPacket(0x10, ...head, text('raw'), text(projectId), text(tokenOf(projectId))));
  await new Promise((resolve) => socket.once('data', resolve));
  return { socket, closed };
}

/** A message of QoS 2. */
function halfSent(topic: string, id: number): Buffer {
  return mqttPacket(0x34, text(topic), Buffer.from([0, id]), Buffer.from('{}'));
}

function text(value: string): Buffer {
  const bytes = Buffer.from(value);
  return Buffer.concat([Buffer.from([bytes.length >> 8, bytes.length & 255]), bytes]);
}

function mqttPacket(head: number, ...parts: readonly Buffer[]): Buffer {
  const body = Buffer.concat(parts);
  const length = body.length < 128 ? [body.length] : [(body.length & 127) | 128, body.length >> 7];
  return Buffer.concat([Buffer.from([head, ...length]), body]);
}

describe('attacks on the broker', () => {
  const refusedWith = (code: number, projectId: string, options: IClientOptions) =>
    expect(
      connectAsync(`${baseUrl}${BROKER_PATH}`, { reconnectPeriod: 0, username: projectId, ...options }),
    ).rejects.toEqual(isRefused(code));

  it('refuses keys, tokens of others’ making, and a token under another project’s name', async () => {
    await refusedWith(5, 'project', { password: TEST_KEY });
    await refusedWith(5, 'project', { password: '' });
    await refusedWith(5, 'project', {
      password: new OperatorTokens('another secret', PREFIX).issue(LICENCE, new Date()).token,
    });
    await refusedWith(5, 'project', { password: tokenOf('neighbour') });
    await refusedWith(5, 'project', {
      password: tokens.issue(LICENCE, new Date(0)).token,
    });
  });

  it('shows nobody another project, with whatever wildcards', async () => {
    const spy = await operator('spy');
    for (const filter of [
      '#',
      '+/#',
      `${PREFIX}/#`,
      `${PREFIX}/+/+/user`,
      `${PREFIX}/project/#`,
      '$SYS/#',
      `${PREFIX}/spy`,
    ]) {
      await expect(spy.client.subscribeAsync(filter), filter).rejects.toThrow();
    }
    desk.presence('project', true, null);
    const own = await operator();
    const { call } = await operatedCall();
    call.emit({ type: 'user-transcript-done', itemId: 'i', text: 'A secret' });
    await until(() => own.heard.length === 1, 'the project’s own operator is told');
    expect(spy.heard).toEqual([]);
  });

  it('ends a connection that writes to another project, or in the user’s name', async () => {
    const { said, sessionId } = await operatedCall();
    const reply = JSON.stringify({ type: 'transparent.reply.text', text: 'Boo' });
    for (const topic of [`${PREFIX}/project/${sessionId}/reply`, `${PREFIX}/project/agent/presence`, '$SYS/x']) {
      const spy = await operator('spy');
      const closed = closing(spy.client);
      spy.client.publish(topic, reply);
      await closed;
    }
    const own = await operator();
    const closed = closing(own.client);
    own.client.publish(`${PREFIX}/project/${sessionId}/user`, reply);
    await closed;
    expect(said()).toEqual([]);
  });

  it('keeps nothing: no retained message, no will elsewhere, no session to come back to', async () => {
    const first = await operator('project', { clean: false, clientId: 'same' });
    const retained = { qos: 1, retain: true } as const;
    await first.client.publishAsync(
      `${PREFIX}/project/s1/reply`,
      JSON.stringify({ type: 'transparent.reply.text', text: 'old' }),
      retained,
    );
    await first.client.endAsync();
    const again = await operator('project', { clean: false, clientId: 'same' }, `${PREFIX}/project/#`);
    broker.tell('project', 's1', '{}');
    await until(() => again.heard.length > 0, 'what is said now arrives');
    expect(again.heard.map(({ topic }) => topic)).toEqual([`${PREFIX}/project/s1/user`]);
    await refusedWith(5, 'spy', {
      password: tokenOf('spy'),
      will: { topic: `${PREFIX}/project/agent/presence`, payload: Buffer.from('{}'), qos: 0, retain: true },
    });
  });

  it('tells what operators write to nobody else, however many of them there are', async () => {
    const reader = await operator('project', {}, `${PREFIX}/project/#`);
    const { client } = await operator();
    const reply = JSON.stringify({ type: 'transparent.reply.text', text: 'To the avatar.' });
    await client.publishAsync(`${PREFIX}/project/s1/reply`, reply, { qos: 1 });
    await client.publishAsync(`${PREFIX}/project/agent/presence`, JSON.stringify(PRESENT), { qos: 1 });
    broker.tell('project', 's1', '{}');
    await until(() => reader.heard.length > 0, 'what a user says arrives');
    expect(reader.heard.map(({ topic }) => topic)).toEqual([`${PREFIX}/project/s1/user`]);
  });

  it('takes messages that arrive exactly once, and ends who never finishes sending them', async () => {
    const own = await operator();
    const { said, sessionId } = await operatedCall();
    const reply = { type: 'transparent.reply.text', text: 'Exactly once.' };
    await own.client.publishAsync(`${PREFIX}/project/${sessionId}/reply`, JSON.stringify(reply), { qos: 2 });
    expect(said()).toEqual(['Exactly once.']);

    const { socket, closed } = await rawOperator('spy');
    let receivedBytes = 0;
    socket.on('data', ({ length }) => {
      receivedBytes += length;
    });
    for (let id = 1; id <= 8; id += 1) socket.write(halfSent(`${PREFIX}/spy/s/reply`, id));
    // Each is received, in four bytes; the end is never said.
    await until(() => receivedBytes === 8 * 4, 'eight are taken');
    socket.write(halfSent(`${PREFIX}/spy/s/reply`, 9));
    await closed;
    expect(own.client.connected).toBe(true);
  });

  it('lets nobody end a neighbour’s connection by taking its name', async () => {
    const own = await operator('project', { clientId: 'desk-1' });
    await operator('spy', { clientId: 'desk-1' });
    await operator('spy', { clientId: 'project/desk-1' });
    expect(own.client.connected).toBe(true);
    desk.presence('project', true, null);
    const { call } = await operatedCall();
    call.emit({ type: 'user-transcript-done', itemId: 'i', text: 'Hello?' });
    await until(() => own.heard.length === 1, 'it is still told');
  });

  it('keeps connections of a project apart that have no name, or a long one, or speak MQTT 3.1', async () => {
    const long = 'x'.repeat(200);
    const all = [
      await operator('project', { clientId: '' }),
      await operator('project', { clientId: '' }),
      await operator('project', { clientId: `${long}a` }),
      await operator('project', { clientId: `${long}b` }),
      await operator('project', { clientId: 'old', protocolId: 'MQIsdp', protocolVersion: 3 }),
    ];
    broker.tell('project', 's', '{}');
    await until(() => all.every(({ heard }) => heard.length === 1), 'each is told');
  });

  it('ends who sends too much, too long or too fast, and a neighbour’s talk goes on meanwhile', async () => {
    const own = await operator();
    const { said, sessionId } = await operatedCall();
    const attacks: ((client: MqttClient) => void)[] = [
      (client) => client.publish(`${PREFIX}/spy/s/reply`, Buffer.alloc(70_000, 'x')),
      (client) => {
        for (let index = 0; index < 1000; index += 1) client.publish(`${PREFIX}/spy/s/reply`, '{}');
      },
    ];
    for (const [index, attack] of attacks.entries()) {
      const spy = await operator('spy');
      const closed = closing(spy.client);
      attack(spy.client);
      await closed;
      own.client.publish(
        `${PREFIX}/project/${sessionId}/reply`,
        JSON.stringify({ type: 'transparent.reply.text', text: `Answer ${index}.` }),
      );
      await until(() => said().includes(`Answer ${index}.`), 'the neighbour is answered');
    }
  });

  it('bounds topics of a connection and connections of a project', async () => {
    const { client } = await operator('spy');
    const filters = Array.from({ length: 60 }, (_, index) => `${PREFIX}/spy/s${index}/user`);
    const granted: number[] = [];
    for (const filter of filters)
      granted.push(
        ...(await client.subscribeAsync(filter).then(
          (all) => all.map(({ qos }) => qos),
          () => [128],
        )),
      );
    expect(granted.filter((qos) => qos !== 128)).toHaveLength(49);
    for (let index = 1; index < 20; index += 1) await operator('spy');
    await refusedWith(3, 'spy', { password: tokenOf('spy') });
    const own = await operator();
    expect(own.client.connected).toBe(true);
  });

  it('gives up who never reads, and keeps no one else waiting', async () => {
    const own = await operator();
    const sockets: WebSocket[] = [];
    const createWebsocket = (url: string, protocols: string[]) => {
      const made = new WebSocket(url, protocols);
      sockets.push(made);
      return made;
    };
    const deaf = await operator('project', { createWebsocket }, `${PREFIX}/project/#`);
    sockets[0]?.pause();
    const gone = closing(deaf.client);
    const text = 'x'.repeat(60_000);
    for (let index = 0; index < 400; index += 1) {
      broker.tell('project', 's', JSON.stringify({ index, text }));
      if (index % 20 === 0) await vi.waitFor(() => expect(own.heard.length).toBeGreaterThanOrEqual(index - 20), 10_000);
    }
    await until(() => own.heard.length === 400, 'who reads is told everything');
    sockets[0]?.resume();
    await gone;
  });

  it('knows over TCP as well who comes, and ends what is no MQTT', async () => {
    const listening = await listenForOperators(broker, 0, '127.0.0.1');
    const { port } = listening.address() as { port: number };
    const client = await connectAsync(`mqtt://127.0.0.1:${port}`, {
      username: 'project',
      password: tokenOf('project'),
      reconnectPeriod: 0,
    });
    endLater({ end: () => client.end(true) });
    const junk = connectTcp(port, '127.0.0.1');
    junk.on('error', () => {});
    const closed = new Promise((resolve) => junk.once('close', resolve));
    junk.write(Buffer.from([0x30, 0xff, 0xff, 0xff, 0xff, 0xff]));
    await closed;
    listening.close();
  });

  it('is left by whose key was reset', async () => {
    const before = tokenOf('project');
    const { client } = await operator('project', { password: before });
    const closed = closing(client);
    keyDigests.set('licence of project', 'of the next key');
    broker.endOfLicence('licence of project');
    await closed;
    await refusedWith(5, 'project', { password: before });
    const { client: next } = await operator();
    expect(next.connected).toBe(true);
    const last = tokenOf('project');
    keyDigests.set('licence of project', null);
    await refusedWith(5, 'project', { password: last });
    keyDigests.set('licence of project', 'away');
    await refusedWith(3, 'project', { password: last });
  });

  it('hears no last words of whose key was reset', async () => {
    const { said, sessionId } = await operatedCall();
    const payload = Buffer.from(JSON.stringify({ type: 'transparent.reply.text', text: 'My last words.' }));
    const will = { topic: `${PREFIX}/project/${sessionId}/reply`, payload, qos: 0, retain: false } as const;
    const thrownOut = await operator('project', { will });
    const closed = closing(thrownOut.client);
    broker.endOfLicence('licence of project');
    await closed;
    const dropped = await operator('project', {
      will: { ...will, payload: Buffer.from(String(payload).replace('last', 'own')) },
    });
    dropped.client.stream.destroy();
    await until(() => said().length > 0, 'the will of a connection that broke is spoken');
    expect(said()).toEqual(['My own words.']);
  });

  it('takes no text for MQTT, and opens no more than a few connections that do not say who they are', async () => {
    const sockets = Array.from({ length: 20 }, () => new WebSocket(`${baseUrl}${BROKER_PATH}`, 'mqtt'));
    for (const socket of sockets) endLater({ end: () => socket.terminate() });
    for (const socket of sockets) socket.on('error', () => {});
    await until(
      () => sockets.filter(({ readyState }) => readyState === WebSocket.CLOSED).length >= 4,
      'the last ones are ended',
    );
    sockets[0]?.send('CONNECT');
    await until(() => sockets[0]?.readyState === WebSocket.CLOSED, 'text is no MQTT');
  });
});
