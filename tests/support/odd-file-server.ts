import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import { type AddressInfo, createServer as createTcpServer, type Server } from 'node:net';
import { datedCertificate } from '../../apps/server/src/testing/dated-certificate.ts';

type Answer = (request: IncomingMessage, response: ServerResponse) => void;

const MB = Buffer.alloc(1_000_000);
const DAY_MS = 24 * 3600 * 1000;

/** Ways of answering that are no file. */
const ODD_ANSWERS: Readonly<Record<string, Answer>> = {
  '/endless': (_request, response) => {
    const more = (): void => {
      while (!response.destroyed && response.write(MB));
    };
    response.on('drain', more);
    response.write(Buffer.from([0xff, 0xd8, 0xff, 0xe0, 0, 16, 0x4a, 0x46, 0x49, 0x46, 0]));
    more();
  },
  '/slow': (_request, response) => {
    const timer = setInterval(() => response.write('slow'), 100);
    response.once('close', () => clearInterval(timer));
  },
  '/silent': (_request, response) => response.writeHead(200).flushHeaders(),
  '/never': () => {},
  '/reset': (_request, response) => {
    response.writeHead(200, { 'content-length': 1_000_000 });
    response.write(MB.subarray(0, 20_000), () => response.socket?.resetAndDestroy());
  },
  '/short': (_request, response) => {
    response.writeHead(200, { 'content-length': 1_000_000 });
    response.write(MB.subarray(0, 20_000), () => response.socket?.end());
  },
  '/redirect-without-address': (_request, response) => response.writeHead(302).end(),
  '/headers': (_request, response) => response.writeHead(200, { 'x-long': 'a'.repeat(40_000) }).end(),
};
for (const status of [204, 401, 403, 410, 429, 500, 503]) {
  Object.assign(ODD_ANSWERS, { [`/status-${status}`]: ((_, response) => response.writeHead(status).end()) as Answer });
}

export type OddFileServer = {
  readonly port: number;
  /** Speaks TLS, with a certificate that nobody knows. */
  readonly unknownPort: number;
  /** With one that has expired. */
  readonly expiredPort: number;
  /** A server of mail. */
  readonly mailPort: number;
  close(): Promise<void>;
};

/** Serves files, and answers in many ways that are none. */
export async function startOddFileServer(files: ReadonlyMap<string, Buffer>): Promise<OddFileServer> {
  let port = 0;
  const redirects: Readonly<Record<string, () => string>> = {
    '/to-private': () => `http://127.0.0.1:${port}/tone.wav`,
    '/to-file': () => 'file:///etc/passwd',
    '/to-itself': () => `http://localhost:${port}/to-itself`,
    '/to-password': () => `http://mia:secret@localhost:${port}/tone.wav`,
    '/to-nonsense': () => 'http://[nonsense',
  };
  const answer: Answer = (request, response) => {
    const path = request.url ?? '';
    const file = files.get(path);
    const location = redirects[path]?.();
    if (file !== undefined) response.end(file);
    else if (location !== undefined) response.writeHead(302, { location }).end();
    else if (path in ODD_ANSWERS) ODD_ANSWERS[path]?.(request, response);
    else response.writeHead(404).end();
  };
  const plain = createServer(answer);
  const now = Date.now();
  const tls = async (fromMs: number, untilMs: number) =>
    createTlsServer(await datedCertificate(new Date(fromMs), new Date(untilMs)), answer);
  const [unknown, expired] = [await tls(now - DAY_MS, now + DAY_MS), await tls(now - 9 * DAY_MS, now - DAY_MS)];
  const mail = createTcpServer((socket) => {
    socket.on('error', () => {});
    socket.resume();
    socket.write('220 mail.example ESMTP\r\n');
  });
  const servers: readonly Server[] = [plain, unknown, expired, mail];
  const [plainPort = 0, unknownPort = 0, expiredPort = 0, mailPort = 0] = await Promise.all(servers.map(listen));
  port = plainPort;
  return {
    port,
    unknownPort,
    expiredPort,
    mailPort,
    async close() {
      for (const server of [plain, unknown, expired]) server.closeAllConnections();
      await Promise.all(servers.map((server) => new Promise((resolve) => server.close(resolve))));
    },
  };
}

function listen(server: Server): Promise<number> {
  return new Promise((resolve) => server.listen(0, () => resolve((server.address() as AddressInfo).port)));
}
