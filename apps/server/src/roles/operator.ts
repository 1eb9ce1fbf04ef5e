import { hkdfSync } from 'node:crypto';
import type { Config } from '../config.ts';
import type { MasterKeys } from '../control/secrets/master-key.ts';
import { listenForOperators } from '../gateway/operator/broker/broker-doors.ts';
import { EmbeddedBroker } from '../gateway/operator/broker/embedded-broker.ts';
import { ExternalBroker } from '../gateway/operator/broker/external-broker.ts';
import { OperatorDesk } from '../gateway/operator/operator-desk.ts';
import { OperatorTokens } from '../gateway/operator/operator-tokens.ts';
import { Topics } from '../gateway/operator/topics.ts';
import type { OperatorMode } from '../http/create-server.ts';
import type { Logger } from '../ports.ts';
import type { Closers } from './closers.ts';

/** What lets people answer in place of avatars: the desk at which calls and people meet, and the broker of their programs. */
export async function openOperatorMode(
  { operator, host }: Pick<Config, 'operator' | 'host'>,
  masterKeys: MasterKeys,
  logger: Logger,
  closers: Closers,
): Promise<OperatorMode> {
  const topics = new Topics(operator.topicPrefix);
  const tokens = new OperatorTokens(operator.tokenSecret() ?? ownSecret(masterKeys), topics.prefix);
  const desk = new OperatorDesk({ answerWaitMs: operator.answerWaitMs, logger });
  closers.add('operators', () => desk.close());
  const { external } = operator;
  if (external !== null) {
    const { url, username, publicUrl } = external;
    desk.connect(new ExternalBroker({ url, username, password: external.password(), topics, logger }, desk));
    return { desk, tokens, topicPrefix: topics.prefix, broker: null, brokerUrl: publicUrl };
  }
  const broker = await EmbeddedBroker.open({ topics, tokens, logger }, desk);
  desk.connect(broker);
  if (operator.tcpPort !== 0) {
    const server = await listenForOperators(broker, operator.tcpPort, host);
    closers.add('operators over TCP', async () => void server.close());
  }
  return { desk, tokens, topicPrefix: topics.prefix, broker, brokerUrl: null };
}

function ownSecret([{ bytes }]: MasterKeys): Buffer {
  return Buffer.from(hkdfSync('sha256', bytes, '', 'visavis operator tokens', 32));
}
