import type { Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import { LIMITS } from '@visavis/protocol';
import { readOperatorMessage } from '@visavis/protocol/schemas';
import {
  Aedes,
  type AuthenticateError,
  type Client,
  type ConnectPacket,
  type PublishPacket,
  type Subscription,
} from 'aedes';
import type { Logger } from '../../../ports.ts';
import type { BusListener, OperatorBus } from '../operator-bus.ts';
import type { OperatorRights, OperatorTokens } from '../operator-tokens.ts';
import type { Topics } from '../topics.ts';
import { OperatorStream, type Peer } from './operator-stream.ts';

/** How long a connection may take to say who it is. */
const CONNECT_LIMIT_MS = 10_000;
/** Connections of one address that have not said who they are. */
const MAX_UNADMITTED = 16;
const NOT_AUTHORISED = 5;
const UNAVAILABLE = 3;

export type EmbeddedBrokerOptions = {
  readonly topics: Topics;
  readonly tokens: OperatorTokens;
  readonly logger: Logger;
};

type Operator = {
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
  readonly #logger: Logger;
  readonly #listener: BusListener;
  readonly #aedes: Aedes;
  readonly #operators = new Map<Client, Operator>();

  static async open(options: EmbeddedBrokerOptions, listener: BusListener): Promise<EmbeddedBroker> {
    const broker = new EmbeddedBroker(options, listener);
    await broker.#aedes.listen();
    return broker;
  }

  private constructor({ topics, tokens, logger }: EmbeddedBrokerOptions, listener: BusListener) {
    this.#topics = topics;
    this.#tokens = tokens;
    this.#logger = logger;
    this.#listener = listener;
    this.#aedes = new Aedes({
      connectTimeout: CONNECT_LIMIT_MS,
      preConnect: (client, packet, done) => done(null, this.#recognise(client, packet)),
      authenticate: (client, _username, _password, done) => this.#admit(client, done),
      authorizeSubscribe: (client, subscription, done) => done(null, this.#mayRead(client, subscription)),
      authorizePublish: (client, packet, done) => done(client === null ? null : this.#takeFrom(client, packet)),
    });
    this.#aedes.on('unsubscribe', (filters, client) => {
      for (const filter of filters) this.#operators.get(client)?.filters.delete(filter);
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
    const operator: Operator = { peer, stream, rights: null, filters: new Set(), expiry: undefined };
    this.#operators.set(client, operator);
    stream.on('error', () => {});
    stream.once('close', () => {
      clearTimeout(operator.expiry);
      this.#operators.delete(client);
    });
    return stream;
  }

  /** Addresses of connections that have not said who they are. */
  *unadmitted(): Iterable<string> {
    for (const { peer, rights } of this.#operators.values()) if (rights === null) yield peer.address;
  }

  /** The key was reset or revoked: who came by it leaves. */
  endOfLicence(licenceId: string): void {
    for (const { rights, stream } of this.#operators.values()) if (rights?.licenceId === licenceId) stream.destroy();
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
    for (const { stream } of this.#operators.values()) stream.destroy();
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
    const operator = this.#operators.get(client);
    if (operator === undefined) return false;
    packet.clean = true;
    const rights = this.#tokens.read(String(packet.password ?? ''), new Date());
    if (rights === null || !this.#isFitting(rights, packet)) return true;
    packet.clientId = `${rights.projectId}/${packet.clientId.slice(0, LIMITS.characters.word)}`;
    operator.rights = rights;
    return true;
  }

  #isFitting({ projectId }: OperatorRights, { username = '', will }: ConnectPacket): boolean {
    if (username !== '' && username !== projectId) return false;
    if (will === undefined) return true;
    will.retain = false;
    return this.#topics.mayWrite(projectId, will.topic);
  }

  #admit(client: Client, done: (error: AuthenticateError | null, isAdmitted: boolean | null) => void): void {
    const operator = this.#operators.get(client);
    const rights = operator?.rights ?? null;
    if (operator === undefined || rights === null) {
      done(refusal('This token does not open the broker.', NOT_AUTHORISED), null);
      return;
    }
    const { projectId, expiresAt } = rights;
    const ofProject = [...this.#operators.values()].filter((other) => other.rights?.projectId === projectId).length;
    if (ofProject > LIMITS.counts.operatorConnections) {
      done(refusal('Too many operators of this project are connected.', UNAVAILABLE), null);
      return;
    }
    operator.expiry = setTimeout(() => operator.stream.destroy(), expiresAt.getTime() - Date.now()).unref();
    done(null, true);
  }

  /** Null: it may not be read. */
  #mayRead(client: Client, subscription: Subscription): Subscription | null {
    const operator = this.#operators.get(client);
    const projectId = operator?.rights?.projectId;
    if (operator === undefined || projectId === undefined) return null;
    const { topic } = subscription;
    if (!this.#topics.mayRead(projectId, topic)) return null;
    if (!operator.filters.has(topic) && operator.filters.size >= LIMITS.counts.operatorTopics) return null;
    operator.filters.add(topic);
    // What is certain to arrive would have to be kept.
    return { ...subscription, qos: 0 };
  }

  /** An error ends the connection. */
  #takeFrom(client: Client, packet: PublishPacket): Error | null {
    const projectId = this.#operators.get(client)?.rights?.projectId;
    const topic = this.#topics.read(packet.topic);
    if (projectId === undefined || topic === null || !this.#topics.mayWrite(projectId, packet.topic)) {
      return new Error('This topic is none that this operator may write to.');
    }
    packet.retain = false;
    const message = readOperatorMessage(String(packet.payload));
    if (message === null) return null;
    if (topic.kind === 'presence') {
      if (message.kind === 'presence') this.#listener.presence(projectId, message.isOnline);
    } else if (message.kind !== 'presence') this.#listener.message(projectId, topic.sessionId, message);
    return null;
  }
}

function refusal(message: string, returnCode: number): AuthenticateError {
  return Object.assign(new Error(message), { returnCode });
}
