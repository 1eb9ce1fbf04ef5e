import { createServer, request, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

/** `hang`: takes requests and says nothing. `error`: 500. `cut`: ends answers in the middle. `stall`: stops in the middle. */
type Fault = 'none' | 'hang' | 'error' | 'cut' | 'stall';

export type FaultyProxy = {
  readonly endpoint: string;
  /** Sockets that are open now. */
  openSockets(): number;
  fault: Fault;
  close(): Promise<void>;
};

/** A way to an S3 server that can fail. It passes the host name on: signatures stay valid. */
export async function startFaultyProxy(target: string): Promise<FaultyProxy> {
  const { hostname, port } = new URL(target);
  const server = createServer((incoming, outgoing) => {
    if (proxy.fault === 'hang') return;
    if (proxy.fault === 'error') {
      outgoing.writeHead(500, { 'content-type': 'application/xml' }).end('<Error><Code>InternalError</Code></Error>');
      return;
    }
    const { method, url, headers } = incoming;
    const onward = request({ hostname, port, method, path: url, headers }, (answer) => {
      outgoing.writeHead(answer.statusCode ?? 502, answer.headers);
      if (proxy.fault === 'none' || method === 'HEAD') answer.pipe(outgoing);
      else answer.once('data', (part: Buffer) => breakOff(outgoing, part));
    });
    onward.on('error', () => outgoing.destroy());
    incoming.pipe(onward);
  });
  function breakOff(outgoing: ServerResponse, part: Buffer): void {
    outgoing.write(part.subarray(0, Math.floor(part.byteLength / 2)), () => {
      if (proxy.fault === 'cut') outgoing.destroy();
    });
  }
  let openSockets = 0;
  server.on('connection', (socket) => {
    openSockets += 1;
    socket.once('close', () => {
      openSockets -= 1;
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const proxy: FaultyProxy = {
    endpoint: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    openSockets: () => openSockets,
    fault: 'none',
    async close() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
  return proxy;
}
