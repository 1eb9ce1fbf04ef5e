import { hkdfSync } from 'node:crypto';
import type { Config } from '../config.ts';
import type { LicenceControl } from '../control/licence-keys/licence-control.ts';
import type { MasterKeys } from '../control/secrets/master-key.ts';
import { listenForOperators } from '../gateway/operator/broker/broker-doors.ts';
import { OperatorDesk } from '../gateway/operator/operator-desk.ts';
import { OperatorTokens } from '../gateway/operator/operator-tokens.ts';
import { Topics } from '../gateway/operator/topics.ts';
import type { OperatorMode } from '../http/create-server.ts';
import type { Logger } from '../ports.ts';
import type { Closers } from './closers.ts';

type OperatorModeDependencies = {
  readonly masterKeys: MasterKeys;
  readonly licences: Pick<LicenceControl, 'findDigest'>;
  readonly logger: Logger;
  readonly closers: Closers;
};

/**
 * What lets people answer in place of avatars: the desk at which calls and people meet, and the broker of their programs. Of the
 * two libraries of brokers, the one here and the one for a broker outside, only what is used is loaded.
 */
export async function openOperatorMode(
  { operator, host }: Pick<Config, 'operator' | 'host'>,
  { masterKeys, licences, logger, closers }: OperatorModeDependencies,
): Promise<OperatorMode> {
  const topics = new Topics(operator.topicPrefix);
  const tokens = new OperatorTokens(operator.tokenSecret() ?? ownSecret(masterKeys), topics.prefix);
  const desk = new OperatorDesk({ answerWaitMs: operator.answerWaitMs, logger });
  closers.add('operators', () => desk.close());
  const { external } = operator;
  if (external !== null) {
    const { url, username, publicUrl } = external;
    const { ExternalBroker } = await import('../gateway/operator/broker/external-broker.ts');
    desk.connect(new ExternalBroker({ url, username, password: external.password(), topics, logger }, desk));
    return { desk, tokens, topicPrefix: topics.prefix, broker: null, brokerUrl: publicUrl };
  }
  const { EmbeddedBroker } = await import('../gateway/operator/broker/embedded-broker.ts');
  const findKeyDigest = (projectId: string, licenceId: string) => licences.findDigest(projectId, licenceId);
  const broker = await EmbeddedBroker.open({ topics, tokens, findKeyDigest, logger }, desk);
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
