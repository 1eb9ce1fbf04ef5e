import { createServer, request, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

/** `hang`: takes requests and says nothing; `hang-put`: those that bring something. `error`: 500. `cut`: ends answers in the middle. `stall`: stops in the middle. */
type Fault = 'none' | 'hang' | 'hang-put' | 'error' | 'cut' | 'stall';

export type FaultyProxy = {
  readonly endpoint: string;
  /** Requests that are waiting for an answer which does not come. */
  hanging(): number;
  /** So many requests of this method have come. */
  asked(method: string): number;
  fault: Fault;
  close(): Promise<void>;
};

/** A way to an S3 server that can fail. It passes the host name on: signatures stay valid. */
export async function startFaultyProxy(target: string): Promise<FaultyProxy> {
  const { hostname, port } = new URL(target);
  let hanging = 0;
  const asked = new Map<string, number>();
  const server = createServer((incoming, outgoing) => {
    const { method = '' } = incoming;
    asked.set(method, (asked.get(method) ?? 0) + 1);
    if (proxy.fault === 'hang' || (proxy.fault === 'hang-put' && method === 'PUT')) {
      hanging += 1;
      incoming.resume();
      outgoing.once('close', () => {
        hanging -= 1;
      });
      return;
    }
    if (proxy.fault === 'error') {
      outgoing.writeHead(500, { 'content-type': 'application/xml' }).end('<Error><Code>InternalError</Code></Error>');
      return;
    }
    const { url, headers } = incoming;
    const onward = request({ hostname, port, method, path: url, headers }, (answer) => {
      outgoing.writeHead(answer.statusCode ?? 502, answer.headers);
      if (proxy.fault === 'none' || proxy.fault === 'hang-put' || method === 'HEAD') answer.pipe(outgoing);
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
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const proxy: FaultyProxy = {
    endpoint: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    hanging: () => hanging,
    asked: (method) => asked.get(method) ?? 0,
    fault: 'none',
    async close() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
  return proxy;
}
