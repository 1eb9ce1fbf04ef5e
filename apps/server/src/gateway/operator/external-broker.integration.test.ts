import { connectAsync, type IClientOptions, type MqttClient } from 'mqtt';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { until } from '../navtalk-v2/test-harness.ts';
import { rememberedLog } from '../test-doubles.ts';
import { ExternalBroker } from './broker/external-broker.ts';
import { findMosquitto, Mosquitto, OPERATOR_ACCESS, SERVER_ACCESS, warnNoMosquitto } from './testing/mosquitto.ts';
import { desk, endLater, operatedCall, PREFIX, PRESENT, useOperators } from './testing/operators.ts';
import { Topics } from './topics.ts';

const program = findMosquitto();
if (program === null) warnNoMosquitto();

/** What each client library says it speaks: 4 is MQTT 3.1.1. */
const VERSIONS = [
  ['3.1.1', 4],
  ['5', 5],
] as const;

describe.skipIf(program === null)('operators at a broker outside (Mosquitto)', () => {
  let mosquitto: Mosquitto;
  beforeAll(async () => {
    mosquitto = await Mosquitto.start(program ?? '', PREFIX);
  });
  afterAll(() => mosquitto.stop());
  useOperators();

  async function joined(access: { username: string; password: string } = SERVER_ACCESS) {
    const log = rememberedLog();
    const external = new ExternalBroker(
      { url: mosquitto.url, ...access, topics: new Topics(PREFIX), logger: log },
      desk,
    );
    desk.connect(external);
    endLater({ end: () => void external.close() });
    const said = (text: string) => log.lines.filter((line) => line.text.includes(text)).length;
    return { said };
  }

  async function operator(options: IClientOptions = {}): Promise<{ client: MqttClient; heard: string[] }> {
    const client = await connectAsync(mosquitto.url, { ...OPERATOR_ACCESS, reconnectPeriod: 100, ...options });
    endLater({ end: () => client.end(true) });
    const heard: string[] = [];
    client.on('message', (_, payload) => heard.push(JSON.parse(payload.toString()).text));
    await client.subscribeAsync(`${PREFIX}/project/+/user`);
    return { client, heard };
  }

  /** Says so again and again: the server may not have subscribed yet. */
  async function appear(client: MqttClient): Promise<void> {
    await until(() => {
      client.publish(`${PREFIX}/project/agent/presence`, JSON.stringify(PRESENT));
      return desk.list('project').isOperatorThere;
    }, 'the operator is there');
  }

  const answerTo = (sessionId: string, text: string) => ({
    topic: `${PREFIX}/project/${sessionId}/reply`,
    json: JSON.stringify({ type: 'transparent.reply.text', text }),
  });

  test.each(VERSIONS)('of MQTT %s hear what is said, and are heard', async (_, protocolVersion) => {
    await joined();
    const { client, heard } = await operator({ protocolVersion });
    await appear(client);
    const { call, said, sessionId } = await operatedCall();
    call.emit({ type: 'user-transcript-done', itemId: 'i', text: 'Is anybody there?' });
    await until(() => heard.includes('Is anybody there?'), 'the operator is told');
    const { topic, json } = answerTo(sessionId, 'Yes, Ann is.');
    await client.publishAsync(topic, json, { qos: 1 });
    await until(() => said().includes('Yes, Ann is.'), 'the answer is spoken');
  });

  test('who write to talks of others are not let through by it', async () => {
    await joined();
    const { client } = await operator();
    await appear(client);
    const { said, sessionId } = await operatedCall();
    await client.publishAsync(`${PREFIX}/another/${sessionId}/reply`, answerTo(sessionId, 'Boo').json, { qos: 1 });
    const { topic, json } = answerTo(sessionId, 'It is me.');
    await client.publishAsync(topic, json, { qos: 1 });
    await until(() => said().length > 0, 'the answer is spoken');
    expect(said()).toEqual(['It is me.']);
  });

  test('a broker that dies is found again, and talks go on', async () => {
    const { said: logged } = await joined();
    const { client, heard } = await operator();
    await appear(client);
    const { call, said, sessionId } = await operatedCall();
    await mosquitto.kill();
    await until(() => !client.connected, 'the operator is cut off');
    call.emit({ type: 'user-transcript-done', itemId: 'i', text: 'Into the void?' });
    await mosquitto.up();
    await until(() => client.connected && logged('is connected') === 2, 'both are back');
    await appear(client);
    call.emit({ type: 'user-transcript-done', itemId: 'j', text: 'Still there?' });
    await until(() => heard.includes('Still there?'), 'the operator is told');
    const { topic, json } = answerTo(sessionId, 'Still here.');
    await client.publishAsync(topic, json, { qos: 1 });
    await until(() => said().includes('Still here.'), 'the answer is spoken');
    expect(heard).not.toContain('Into the void?');
  });

  test('a wrong password of the server is in its log, in words', async () => {
    const { said } = await joined({ ...SERVER_ACCESS, password: 'wrong' });
    await until(() => said('The broker of the operators fails') > 0, 'the log says so');
    expect(said('is connected')).toBe(0);
  });
});
