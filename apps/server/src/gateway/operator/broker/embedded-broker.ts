import { createHash, randomUUID } from 'node:crypto';
import type { Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import { LIMITS } from '@visavis/protocol';
import { readOperatorMessage } from '@visavis/protocol/schemas';
import {
  Aedes,
  type AedesPublishPacket,
  type AuthenticateError,
  type Client,
  type ConnectPacket,
  type PublishPacket,
  type Subscription,
} from 'aedes';
import type { Logger } from '../../../ports.ts';
import type { BusListener, OperatorBus } from '../operator-bus.ts';
import { keyMark, type OperatorRights, type OperatorTokens } from '../operator-tokens.ts';
import type { Topics } from '../topics.ts';
import { OperatorStream, type Peer } from './operator-stream.ts';

/** How long a connection may take to say who it is. */
const CONNECT_LIMIT_MS = 10_000;
/** Connections of one address that have not said who they are. */
const MAX_UNADMITTED = 16;
/** Messages of a connection that are to arrive exactly once, and whose end it has not said. Their text is not kept. */
const MAX_HALF_SENT = 8;
/** Where the broker carries what has been taken out of it: no operator may read there. */
const TAKEN = 'taken';
const NOT_AUTHORISED = 5;
const UNAVAILABLE = 3;

export type EmbeddedBrokerOptions = {
  readonly topics: Topics;
  readonly tokens: OperatorTokens;
  /** Digest of a key in force; null: the project has no such key in force. */
  readonly findKeyDigest: (projectId: string, licenceId: string) => Promise<string | null>;
  readonly logger: Logger;
};

type Operator = {
  readonly operatorId: string;
  readonly peer: Peer;
  readonly stream: OperatorStream;
  rights: OperatorRights | null;
  /** Filters that it reads. */
  readonly filters: Set<string>;
  expiry: NodeJS.Timeout | undefined;
};

/**
 * The broker inside this process. It holds operators to their own project, keeps nothing for anybody who is not connected (no
 * sessions, no retained messages), and knows no clients but operators: calls are reached over this process.
 */
export class EmbeddedBroker implements OperatorBus {
  readonly #topics: Topics;
  readonly #tokens: OperatorTokens;
  readonly #findKeyDigest: EmbeddedBrokerOptions['findKeyDigest'];
  readonly #logger: Logger;
  readonly #listener: BusListener;
  readonly #aedes: Aedes;
  /** Those that are connected. */
  readonly #operators = new Set<Operator>();
  /** Also while a connection ends: what it leaves as its will is still its own to say. */
  readonly #operatorOf = new WeakMap<Client, Operator>();

  static async open(options: EmbeddedBrokerOptions, listener: BusListener): Promise<EmbeddedBroker> {
    const broker = new EmbeddedBroker(options, listener);
    await broker.#aedes.listen();
    return broker;
  }

  private constructor({ topics, tokens, findKeyDigest, logger }: EmbeddedBrokerOptions, listener: BusListener) {
    this.#topics = topics;
    this.#tokens = tokens;
    this.#findKeyDigest = findKeyDigest;
    this.#logger = logger;
    this.#listener = listener;
    this.#aedes = new Aedes({
      connectTimeout: CONNECT_LIMIT_MS,
      maxInflightInbound: MAX_HALF_SENT,
      // Names are made here, and longer than MQTT 3.1 has them.
      maxClientsIdLength: Number.MAX_SAFE_INTEGER,
      preConnect: (client, packet, done) => done(null, this.#recognise(client, packet)),
      authenticate: (client, _username, _password, done) =>
        void this.#admit(client).then((error) => done(error, error === null)),
      authorizeSubscribe: (client, subscription, done) => done(null, this.#mayRead(client, subscription)),
      authorizePublish: (client, packet, done) => done(client === null ? null : this.#takeFrom(client, packet)),
      authorizeForward: (client, packet) => this.#forReader(client, packet),
    });
    this.#aedes.on('unsubscribe', (filters, client) => {
      for (const filter of filters) this.#operatorOf.get(client)?.filters.delete(filter);
    });
    // Its types know no such event, which would end the process.
    this.#aedes.addListener('error', (error: unknown) => {
      logger.error({ error: String(error) }, 'The broker of the operators fails');
    });
  }

  /** Takes a connection; gives where its bytes go. */
  attach(peer: Peer): OperatorStream {
    const stream = new OperatorStream(peer);
    if (this.#isCrowded(peer.address)) {
      stream.destroy();
      return stream;
    }
    // Its types want a socket's methods as well, which it does not use.
    const client = this.#aedes.handle(stream as Duplex as Socket);
    const rest = { rights: null, filters: new Set<string>(), expiry: undefined };
    const operator: Operator = { operatorId: randomUUID(), peer, stream, ...rest };
    this.#operators.add(operator);
    this.#operatorOf.set(client, operator);
    stream.on('error', () => {});
    stream.once('close', () => {
      clearTimeout(operator.expiry);
      this.#operators.delete(operator);
    });
    return stream;
  }

  /** Addresses of connections that have not said who they are. */
  *unadmitted(): Iterable<string> {
    for (const { peer, rights } of this.#operators) if (rights === null) yield peer.address;
  }

  /** The key was reset or revoked: who came by it leaves, without a last word. */
  endOfLicence(licenceId: string): void {
    for (const operator of this.#operators) {
      if (operator.rights?.licenceId !== licenceId) continue;
      operator.rights = null;
      operator.stream.destroy();
    }
  }

  tell(projectId: string, sessionId: string, json: string): void {
    const topic = this.#topics.user(projectId, sessionId);
    const packet = { cmd: 'publish', topic, payload: json, qos: 0, retain: false, dup: false } as const;
    this.#aedes.publish(packet, (error) => {
      if (error) this.#logger.warn({ error: String(error) }, 'Operators could not be told what a user said');
    });
  }

  /** Ends all connections; the broker itself goes on. */
  endAll(): void {
    for (const { stream } of this.#operators) stream.destroy();
  }

  async close(): Promise<void> {
    this.endAll();
    await new Promise<void>((resolve) => this.#aedes.close(() => resolve()));
  }

  #isCrowded(address: string): boolean {
    const unadmitted = [...this.unadmitted()].filter((other) => other === address).length;
    return unadmitted >= MAX_UNADMITTED || this.#operators.size >= LIMITS.counts.allOperatorConnections;
  }

  /** Whoever he is, his session is a new one, and its name is one within his project: no other's connection ends by it. */
  #recognise(client: Client, packet: ConnectPacket): boolean {
    const operator = this.#operatorOf.get(client);
    if (operator === undefined) return false;
    packet.clean = true;
    const rights = this.#tokens.read(String(packet.password ?? ''), new Date());
    if (rights === null || !this.#isFitting(rights, packet)) return true;
    packet.clientId = `${rights.projectId}/${connectionName(packet.clientId)}`;
    operator.rights = rights;
    return true;
  }

  #isFitting({ projectId }: OperatorRights, { username = '', will }: ConnectPacket): boolean {
    if (username !== '' && username !== projectId) return false;
    if (will === undefined) return true;
    will.retain = false;
    return this.#topics.mayWrite(projectId, will.topic);
  }

  /** Null: he is admitted. */
  async #admit(client: Client): Promise<AuthenticateError | null> {
    const operator = this.#operatorOf.get(client);
    const rights = operator?.rights ?? null;
    if (operator === undefined || rights === null) {
      return refusal('This token does not open the broker.', NOT_AUTHORISED);
    }
    const { projectId, expiresAt } = rights;
    const ofProject = [...this.#operators].filter((other) => other.rights?.projectId === projectId).length;
    if (ofProject > LIMITS.counts.operatorConnections) {
      return refusal('Too many operators of this project are connected.', UNAVAILABLE);
    }
    const refused = await this.#refusalOfKey(rights);
    if (refused !== null) return refused;
    // Meanwhile the key may have ended, or the connection.
    if (!this.#operators.has(operator) || operator.rights === null) {
      return refusal('This connection has ended.', NOT_AUTHORISED);
    }
    operator.expiry = setTimeout(() => operator.stream.destroy(), expiresAt.getTime() - Date.now()).unref();
    return null;
  }

  /** A token lives no longer than its key, which may have been reset or revoked since, or gone with its project. */
  async #refusalOfKey({ projectId, licenceId, keyMark: mark }: OperatorRights): Promise<AuthenticateError | null> {
    try {
      const digest = await this.#findKeyDigest(projectId, licenceId);
      if (digest !== null && keyMark(digest) === mark) return null;
      return refusal('The key of this token is not in force any more.', NOT_AUTHORISED);
    } catch (error) {
      this.#logger.warn({ error: String(error) }, 'The key of an operator could not be looked up');
      return refusal('The key of this token cannot be looked up at the moment.', UNAVAILABLE);
    }
  }

  /** Null: it may not be read. */
  #mayRead(client: Client, subscription: Subscription): Subscription | null {
    const operator = this.#operatorOf.get(client);
    const projectId = operator?.rights?.projectId;
    if (operator === undefined || projectId === undefined) return null;
    const { topic } = subscription;
    if (!this.#topics.mayRead(projectId, topic)) return null;
    if (!operator.filters.has(topic) && operator.filters.size >= LIMITS.counts.operatorTopics) return null;
    operator.filters.add(topic);
    // What is certain to arrive would have to be kept.
    return { ...subscription, qos: 0 };
  }

  /** An error ends the connection. What operators write is for this server alone: nothing of it is kept or told on. */
  #takeFrom(client: Client, packet: PublishPacket): Error | null {
    const { operatorId, rights } = this.#operatorOf.get(client) ?? { operatorId: null, rights: null };
    const topic = this.#topics.read(packet.topic);
    if (rights === null || topic === null || !this.#topics.mayWrite(rights.projectId, packet.topic)) {
      return new Error('This topic is none that this operator may write to.');
    }
    const { projectId } = rights;
    const message = readOperatorMessage(String(packet.payload));
    [packet.retain, packet.topic, packet.payload] = [false, TAKEN, ''];
    if (message === null) return null;
    if (topic.kind === 'presence') {
      if (message.kind === 'presence') this.#listener.presence(projectId, message.isOnline, operatorId);
    } else if (message.kind !== 'presence') this.#listener.message(projectId, topic.sessionId, message, operatorId);
    return null;
  }

  /** Operators read what the users of their project say, whatever their filters are. Null: it is not for this one. */
  #forReader(client: Client, packet: AedesPublishPacket): AedesPublishPacket | null {
    const projectId = this.#operatorOf.get(client)?.rights?.projectId;
    const topic = this.#topics.read(packet.topic);
    return topic?.kind === 'user' && topic.projectId === projectId ? packet : null;
  }
}

/** Two connections of one name would end each other: who names none gets a name of his own, and long names stay apart. */
function connectionName(given: string): string {
  if (given === '') return randomUUID();
  return given.length > LIMITS.characters.word ? createHash('sha256').update(given).digest('base64url') : given;
}

function refusal(message: string, returnCode: number): AuthenticateError {
  return Object.assign(new Error(message), { returnCode });
}
