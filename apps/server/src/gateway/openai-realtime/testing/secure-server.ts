import type { AddressInfo } from 'node:net';
import { generate } from 'selfsigned';
import { afterEach, beforeEach } from 'vitest';
import { createTestServer, type TestServer } from '../../test-server.ts';

export type SecureServer = {
  readonly server: TestServer;
  /** `127.0.0.1:…` */
  readonly host: string;
  /** Its own certificate, which clients are to believe. */
  readonly ca: string;
  commandTypes(call?: number): string[];
};

/** A fresh server with TLS for each test of the file: official clients insist on it. */
export function useSecureServer(overrides: Parameters<typeof createTestServer>[0] = {}): SecureServer {
  let server: TestServer;
  let tls: { cert: string; key: string };
  beforeEach(async () => {
    const names = [{ type: 7 as const, ip: '127.0.0.1' }];
    const extensions = [{ name: 'subjectAltName' as const, altNames: names }];
    const made = await generate([{ name: 'commonName', value: '127.0.0.1' }], { keyType: 'ec', extensions });
    tls = { cert: made.cert, key: made.private };
    server = await createTestServer({ ...overrides, tls });
    await server.app.listen({ port: 0, host: '127.0.0.1' });
  });
  afterEach(() => server.app.close());
  return {
    get server() {
      return server;
    },
    get host() {
      return `127.0.0.1:${(server.app.server.address() as AddressInfo).port}`;
    },
    get ca() {
      return tls.cert;
    },
    commandTypes: (call = 0) => server.placer.calls[call]?.commands.map(({ type }) => type) ?? [],
  };
}
