import { mutateText } from '@visavis/protocol/testing';
import { describe, expect, test } from 'vitest';
import { useConsoleWire } from './support/console-wire.ts';
import { fuzz, ROUNDS, textMutation } from './support/fuzz.ts';

type Call = { readonly method: string; readonly path: string; readonly body: string; readonly type: string };

describe('REST', () => {
  const wire = useConsoleWire();

  /** Sends what is left of a damaged request: a line with method and address, one with the type, then the body. */
  const feed = async (input: Uint8Array, headers: Readonly<Record<string, string>>, address: string) => {
    const [line = '', type = '', ...rest] = Buffer.from(input).toString('utf8').split('\n');
    const [method = '', ...path] = line.split(' ');
    const request = {
      method: (METHODS.has(method) ? method : 'POST') as 'GET',
      url: toAddress(path.join(' ')),
      headers: { ...headers, 'content-type': toHeader(type) },
      remoteAddress: address,
      ...(method === 'GET' ? {} : { payload: rest.join('\n') }),
    };
    const reply = await wire.server.app.inject(request);
    const told = `${method} ${request.url}: ${reply.statusCode} ${reply.body.slice(0, 200)}`;
    // 501 and 503 say what this server cannot do, or not now.
    expect([told, reply.statusCode === 500 || reply.statusCode > 503]).toEqual([told, false]);
    expect(reply.body).not.toMatch(/RangeError|call stack|node_modules|at .*\.ts:\d/);
    return reply.statusCode;
  };

  const encode = ({ method, path, body, type }: Call) => Buffer.from(`${method} ${path}\n${type}\n${body}`);
  const json = (method: string, path: string, body: object) =>
    encode({ method, path, type: 'application/json', body: JSON.stringify(body) });
  const read = (path: string) => encode({ method: 'GET', path, type: '', body: '' });

  test('of the console takes whatever comes, and answers with a refusal or with what was asked', async () => {
    const { projectId, avatarId, licenceId, owner } = wire;
    const project = `/api/v1/projects/${projectId}`;
    const tools = [
      { name: 'book', description: 'Books.', parameters: { type: 'object', properties: { at: { type: 'string' } } } },
    ];
    const corpus = [
      json('POST', '/api/v1/projects', { name: 'Another shop' }),
      json('PATCH', project, { name: 'Shop', retentionDays: 30 }),
      json('PATCH', `${project}/avatars/${avatarId}`, { name: 'Mia', prompt: 'Be kind.', tools, maxCallSeconds: 600 }),
      json('PATCH', `${project}/avatars/${avatarId}`, {
        language: 'en-GB',
        firstMessage: 'Hello!',
        knowledge: 'Open at 9.',
      }),
      json('PATCH', `${project}/keys/${licenceId}`, {
        name: 'Web',
        maxConcurrentCalls: 5,
        allowedOrigins: ['https://shop.example'],
      }),
      json('PATCH', `${project}/keys/${licenceId}`, { allowedOrigins: [], maxMinutesPerDay: null }),
      json('POST', `${project}/webhooks`, { kind: 'message', url: 'https://shop.example/hook' }),
      json('POST', `${project}/invitations`, { role: 'viewer', email: 'leo@example.org' }),
      json('POST', '/api/v1/invitations/look', { secret: 'not this one' }),
      read(`${project}/audit?limit=20&from=2026-01-01T00:00:00.000Z&kind=member`),
      json('POST', '/api/v1/auth/login', { email: 'owner@example.org', password: 'not this one' }),
      json('PATCH', '/api/v1/auth/me', { name: 'Owner' }),
      read(`${project}/conversations?limit=20&from=2026-01-01T00:00:00.000Z&status=completed&text=hello`),
      read(`${project}/usage?from=2026-01-01&to=2026-02-01`),
      read(`${project}/avatars/${avatarId}`),
      read('/api/v1/auth/options'),
    ];
    let taken = 0;
    let count = 0;
    await wire.unharmed(() =>
      fuzz({
        wire: 'api-v1',
        corpus,
        mutate: textMutation(mutateText),
        async feed(input) {
          count += 1;
          const headers = { origin: 'http://localhost:80', host: 'localhost:80', cookie: owner.cookie };
          // Requests of one address are limited; there are many addresses.
          const status = await feed(input, headers, `10.0.${count % 250}.${Math.floor(count / 250)}`);
          if (status < 300) taken += 1;
        },
      }),
    );
    expect(taken).toBeGreaterThan(ROUNDS / 50);
  });

  test('of apps takes whatever comes, and answers in its envelope', async () => {
    const { key, avatarId } = wire;
    const base = '/api/open/v1';
    const form = 'application/x-www-form-urlencoded';
    const corpus = [
      json('POST', `${base}/avatar/update`, {
        license: key,
        id: avatarId,
        name: 'Mia',
        prompt: 'Be kind.',
        voice: 'cedar',
      }),
      json('POST', `${base}/avatar/getByName`, { license: key, name: 'Mia' }),
      json('POST', `${base}/avatar/detail`, { license: key, avatarId }),
      json('POST', `${base}/avatar/status`, { license: key, jobId: avatarId }),
      encode({ method: 'POST', path: `${base}/avatar/list`, type: form, body: `license=${key}&providerId=1` }),
      read(`${base}/avatar/list?license=${key}`),
      read(`${base}/avatar/getByName?license=${key}&name=navtalk.Leo`),
      read(`/api/chat/sessions?apikey=${key}&startTime=2026-01-31%2012:00:00&status=1&limit=5`),
      read(`/api/chat/messages?apikey=${key}&sessionId=${'a'.repeat(32)}`),
      read(`/api/chat/sessions/${'a'.repeat(32)}?apikey=${key}`),
      json('POST', '/api/webrtc/generate-ice-servers', { license: key }),
      json('POST', '/api/realtime_function_call', { license: key, userInput: 'Goodbye.', chatId: 'c' }),
      read('/uploadFiles/navtalk.Leo.png'),
    ];
    let taken = 0;
    await wire.unharmed(() =>
      fuzz({
        wire: 'open-rest',
        corpus,
        mutate: textMutation(mutateText),
        async feed(input) {
          if ((await feed(input, {}, '10.1.0.1')) < 300) taken += 1;
        },
      }),
    );
    expect(taken).toBeGreaterThan(ROUNDS / 50);
  });
});

const METHODS: ReadonlySet<string> = new Set(['GET', 'POST', 'PATCH', 'PUT', 'DELETE']);

/** What a socket would deliver as the address of a request line; a second slash or backslash would begin a host for `inject`. */
function toAddress(text: string): string {
  const path = text.replaceAll(/[^\x21-\x7e]/g, (character) => encodeURIComponent(character.toWellFormed()));
  return `/${path.replace(/^[/\\]+/, '')}`.slice(0, 8000);
}

function toHeader(text: string): string {
  return text.replaceAll(/[^\x20-\x7e]/g, '?').slice(0, 8000);
}
