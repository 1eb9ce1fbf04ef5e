import { REALTIME_V2_PATH } from '@visavis/protocol';
import { WebSocket } from 'ws';

export type WireEvent = {
  readonly type: string;
  readonly message?: string;
  readonly data: Readonly<Record<string, unknown>>;
  readonly [key: string]: unknown;
};

/** A plain v2 client for tests that keeps what it gets. */
export class TestClient {
  readonly events: WireEvent[] = [];
  readonly socket: WebSocket;
  readonly closed: Promise<{ code: number; reason: string }>;
  #waiting: (() => void)[] = [];

  constructor(
    baseUrl: string,
    query: Readonly<Record<string, string>>,
    headers: Readonly<Record<string, string>> = {},
  ) {
    this.socket = new WebSocket(`${baseUrl}${REALTIME_V2_PATH}?${new URLSearchParams(query)}`, { headers });
    this.socket.on('message', (data, isBinary) => {
      if (isBinary) throw new Error('A v2 server never sends binary frames.');
      this.events.push(JSON.parse(String(data)) as WireEvent);
      for (const wake of this.#waiting.splice(0)) wake();
    });
    this.closed = new Promise((resolve) => {
      this.socket.on('close', (code, reason) => resolve({ code, reason: String(reason) }));
    });
    this.socket.on('error', () => {});
  }

  types(): string[] {
    return this.events.map((event) => event.type);
  }

  send(message: unknown): void {
    this.socket.send(JSON.stringify(message));
  }

  /** The first event of this type after `after` such events, waiting up to `timeoutMs`. */
  async event(type: string, after = 0, timeoutMs = 20_000): Promise<WireEvent> {
    const deadlineMs = performance.now() + timeoutMs;
    for (;;) {
      const found = this.events.filter((event) => event.type === type)[after];
      if (found !== undefined) return found;
      const leftMs = deadlineMs - performance.now();
      if (leftMs <= 0) throw new Error(`No ${type} after ${timeoutMs} ms; got ${this.types().join(', ')}`);
      await new Promise<void>((resolve) => {
        const timer = setTimeout(resolve, leftMs);
        this.#waiting.push(() => {
          clearTimeout(timer);
          resolve();
        });
      });
    }
  }

  async opened(): Promise<void> {
    if (this.socket.readyState === WebSocket.OPEN) return;
    await new Promise((resolve, reject) => {
      this.socket.once('open', resolve);
      this.socket.once('error', reject);
    });
  }
}
