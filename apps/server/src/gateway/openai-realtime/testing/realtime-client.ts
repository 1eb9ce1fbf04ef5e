import { WebSocket } from 'ws';
import { until } from '../../navtalk-v2/test-harness.ts';

export type RealtimeEvent = { readonly type: string; readonly event_id: string; readonly [key: string]: unknown };

/** A plain client that keeps what it gets. */
export class RealtimeClient {
  readonly events: RealtimeEvent[] = [];
  readonly socket: WebSocket;
  readonly closed: Promise<{ code: number; reason: string }>;

  constructor(
    url: string,
    options: { ca: string; headers?: Readonly<Record<string, string>>; protocols?: readonly string[] },
  ) {
    const { ca, headers = {}, protocols = [] } = options;
    this.socket = new WebSocket(url, [...protocols], { ca, headers });
    this.socket.on('message', (data) => this.events.push(JSON.parse(String(data)) as RealtimeEvent));
    this.socket.on('error', () => {});
    this.closed = new Promise((resolve) => {
      this.socket.on('close', (code, reason) => resolve({ code, reason: String(reason) }));
    });
  }

  send(message: object): void {
    this.socket.send(JSON.stringify(message));
  }

  types(): string[] {
    return this.events.map(({ type }) => type);
  }

  /** The first event of this type behind `after` others of it. */
  async event(type: string, after = 0): Promise<RealtimeEvent> {
    const find = () => this.events.filter((event) => event.type === type)[after];
    await until(() => find() !== undefined, `${type}; got ${this.types().join(', ')}`);
    return find() as RealtimeEvent;
  }
}
