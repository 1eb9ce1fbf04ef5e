import { LIMITS } from '@visavis/protocol';
import { readOperatorMessage } from '@visavis/protocol/schemas';
import { connect, type MqttClient } from 'mqtt';
import type { Logger } from '../../../ports.ts';
import type { BusListener, OperatorBus } from '../operator-bus.ts';
import type { Topics } from '../topics.ts';

export type ExternalBrokerOptions = {
  /** `mqtt:`, `mqtts:`, `ws:` or `wss:`. */
  readonly url: string;
  readonly username: string | undefined;
  readonly password: string | undefined;
  readonly topics: Topics;
  readonly logger: Logger;
};

/** How long the last words may take on their way to a broker that hangs. */
const CLOSE_LIMIT_MS = 2000;

/**
 * A broker that somebody else runs, which admits operators by their tokens. Every node is its client; a node passes over what is
 * written to talks of others.
 */
export class ExternalBroker implements OperatorBus {
  readonly #client: MqttClient;
  readonly #topics: Topics;

  constructor({ url, username, password, topics, logger }: ExternalBrokerOptions, listener: BusListener) {
    this.#topics = topics;
    this.#client = connect(url, {
      ...(username === undefined ? {} : { username }),
      ...(password === undefined ? {} : { password }),
      // Words that waited for a broker would be answered long after they were said.
      queueQoSZero: false,
      reconnectPeriod: 2000,
    });
    this.#client.on('connect', () => {
      logger.info({}, 'The broker of the operators is connected');
      const filters = [`${topics.prefix}/+/+/reply`, `${topics.prefix}/+/agent/presence`];
      this.#client.subscribe(filters, (error, granted = []) => {
        const refused = granted.filter(({ qos }) => qos >= 128).map(({ topic }) => topic);
        if (error === null && refused.length === 0) return;
        const fields = { error: error?.message, refused, filters };
        logger.error(fields, 'The broker of the operators does not let this server read what they write');
      });
    });
    this.#client.on('error', (error) => logger.warn({ error: error.message }, 'The broker of the operators fails'));
    this.#client.on('message', (topic, payload) => {
      const known = payload.length > LIMITS.bytes.operatorPacket ? null : topics.read(topic);
      const message = known === null ? null : readOperatorMessage(payload.toString());
      if (known === null || message === null) return;
      if (known.kind === 'presence') {
        if (message.kind === 'presence') listener.presence(known.projectId, message.isOnline, null);
      } else if (known.kind === 'reply' && message.kind !== 'presence') {
        listener.message(known.projectId, known.sessionId, message, null);
      }
    });
  }

  tell(projectId: string, sessionId: string, json: string): void {
    if (this.#client.connected) this.#client.publish(this.#topics.user(projectId, sessionId), json);
  }

  async close(): Promise<void> {
    const closed = this.#client.endAsync();
    const limit = setTimeout(() => this.#client.end(true), CLOSE_LIMIT_MS).unref();
    await closed.catch(() => {});
    clearTimeout(limit);
  }
}
