import type { SessionCommand } from '@visavis/media/session-events';
import { connectAsync, type IClientOptions, type MqttClient } from 'mqtt';
import { afterEach, beforeEach } from 'vitest';
import { TestClient } from '../../navtalk-v2/test-client.ts';
import { QUERY } from '../../navtalk-v2/test-harness.ts';
import { createTestServer, type TestServer } from '../../test-server.ts';
import { BROKER_PATH } from '../broker/broker-doors.ts';
import { EmbeddedBroker } from '../broker/embedded-broker.ts';
import { OperatorDesk } from '../operator-desk.ts';
import { OperatorTokens } from '../operator-tokens.ts';
import { Topics } from '../topics.ts';

export const PREFIX = 'navtalk/transparent';
const ANSWER_WAIT_MS = 150;
export const PRESENT = { type: 'transparent.operator.presence', status: 'online', online: true };

export let server: TestServer;
export let baseUrl: string;
export let tokens: OperatorTokens;
export let desk: OperatorDesk;
export let broker: EmbeddedBroker;
/** Digests of the keys in force, by licence: null where there is none; empty where nothing is said. */
export let keyDigests: Map<string, string | null>;
let open: { end(): void }[] = [];

/** Ends it after the test. */
export function endLater(client: { end(): void }): void {
  open.push(client);
}

/** A fresh server with a broker for each test of a file. */
export function useOperators(): void {
  beforeEach(start);
  afterEach(stop);
}

async function start(): Promise<void> {
  keyDigests = new Map();
  tokens = new OperatorTokens('the secret of this test', PREFIX);
  desk = new OperatorDesk({ answerWaitMs: ANSWER_WAIT_MS, logger: console });
  const logger = { debug() {}, info() {}, warn() {}, error() {} };
  const options = { topics: new Topics(PREFIX), tokens, logger };
  broker = await EmbeddedBroker.open({ ...options, findKeyDigest: async (_, licenceId) => digestOf(licenceId) }, desk);
  desk.connect(broker);
  server = await createTestServer({ operator: { desk, broker, tokens, topicPrefix: PREFIX, brokerUrl: null } });
  baseUrl = await server.listen(0);
}

async function stop(): Promise<void> {
  for (const client of open) client.end();
  open = [];
  await server.app.close();
  await desk.close();
}

function digestOf(licenceId: string): string | null {
  const digest = keyDigests.get(licenceId);
  if (digest === 'away') throw new Error('The database is away.');
  return digest === undefined ? '' : digest;
}

export function tokenOf(projectId: string): string {
  const licenceId = `licence of ${projectId}`;
  return tokens.issue({ projectId, licenceId, keyDigest: digestOf(licenceId) ?? '' }, new Date()).token;
}

type Operator = { readonly client: MqttClient; readonly heard: { topic: string; message: Record<string, unknown> }[] };

/** A program that answers for a project, with what it is told. */
export async function operator(
  projectId = 'project',
  options: IClientOptions = {},
  filter = `${PREFIX}/${projectId}/+/user`,
): Promise<Operator> {
  const client = await connectAsync(`${baseUrl}${BROKER_PATH}`, {
    username: projectId,
    password: tokenOf(projectId),
    reconnectPeriod: 0,
    ...options,
  });
  endLater({ end: () => client.end(true) });
  const heard: Operator['heard'] = [];
  client.on('message', (topic, payload) => heard.push({ topic, message: JSON.parse(payload.toString()) }));
  client.on('error', () => {});
  await client.subscribeAsync(filter);
  return { client, heard };
}

/** A call that people answer. */
export async function operatedCall() {
  const client = new TestClient(baseUrl, { ...QUERY, visavis: '1', model: 'transparent' });
  endLater({ end: () => client.socket.terminate() });
  await client.event('realtime.session.updated');
  const call = server.placer.calls.at(-1);
  if (call === undefined) throw new Error('There is no call.');
  call.emit({ type: 'answered-by', by: 'operator', canChange: false });
  return { client, call, said: () => spoken(call.commands), sessionId: call.config.sessionId };
}

export function spoken(commands: readonly SessionCommand[]): string[] {
  return commands.flatMap((command) => (command.type === 'say' ? [command.text] : []));
}
