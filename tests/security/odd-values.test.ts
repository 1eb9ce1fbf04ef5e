import { expect, test } from 'vitest';
import { findPostgres } from '../../apps/server/src/db/testing/postgres-server.ts';
import type { ConsoleVisitor } from '../support/console-visitor.ts';
import { type Arena, describeUnderAttack } from './support/attack.ts';
import { ODD_TEXTS, ODD_VALUES } from './support/odd-values.ts';

type Schema = { type?: string; properties?: Record<string, Schema>; anyOf?: Schema[] };
type Operation = {
  parameters?: { name: string; in: 'query' | 'path' | 'header'; schema?: Schema }[];
  requestBody?: { content?: Record<string, { schema?: Schema }> };
};
type Route = { method: string; path: string; operation: Operation };

/** What engines, libraries and the database say, and where this server lies. */
const NOT_OURS =
  /Unexpected token|in JSON|JSON\.parse|at position \d|SyntaxError|TypeError|RangeError|ReferenceError|Invalid time value|invalid input syntax|out of range for type|violates|constraint|duplicate key|syntax error|FST_|ECONN|ENOENT|node:|node_modules|\.ts\b|\/(?:home|tmp|usr|opt|srv|var)\/| {4}at |Invalid input|ZodError|expected \w+, received|querystring\/|body\/|params\//;

/** Both databases are one engine: where both are there, each value is tried on one of them. */
const IS_ALONE = findPostgres() === null;

describeUnderAttack('odd values', { TRUST_PROXY: 'true' }, (arena) => {
  const ofThisDatabase = <Value>(values: readonly Value[]): Value[] =>
    values.filter((_value, index) => IS_ALONE || (index % 2 === 0) === arena.url.startsWith('https'));

  test('in every parameter of every route end in an answer of ours', { timeout: 600_000 }, async () => {
    const { owner, projectId, licenceId, key, avatarId } = await arena.newProject();
    const known: Record<string, string> = { projectId, licenceId, avatarId, id: avatarId, sessionId: '0'.repeat(32) };
    const faults: string[] = [];
    let asked = 0;
    let parameterCount = 0;
    const ask = async (route: Route, place: string, path: string, query: string, body?: unknown) => {
      asked += 1;
      const reply = await send(arena, owner, key, route.method, `${path}${query}`, body);
      const told = `${route.method} ${route.path} ${place}`;
      // 501: the server is not set up for this, and says how it would be. 503, 507: it has no room.
      if (reply.status >= 500 && ![501, 503, 507].includes(reply.status)) faults.push(`${told}: ${reply.status}`);
      if (reply.status >= 400 && NOT_OURS.test(reply.text)) faults.push(`${told}: ${reply.text.slice(0, 300)}`);
    };

    await arena.whileNeighbourTalks(async () => {
      const work: (() => Promise<void>)[] = [];
      for (const route of await routesOf(arena)) {
        const { parameters = [] } = route.operation;
        const path = filled(route.path, known);
        for (const { name, in: where } of parameters) {
          if (where === 'header') continue;
          parameterCount += 1;
          for (const odd of ofThisDatabase(ODD_TEXTS)) {
            const place = `${where} ${name}=${JSON.stringify(odd.slice(0, 40))}`;
            if (where === 'query') work.push(() => ask(route, place, path, `?${name}=${encoded(odd)}`));
            else work.push(() => ask(route, place, filled(route.path, { ...known, [name]: encoded(odd) }), ''));
          }
          if (where === 'query') {
            work.push(() => ask(route, `${name} twice`, path, `?${name}=1&${name}=2`));
            work.push(() => ask(route, `${name} as a list`, path, `?${name}[]=1&${name}[a]=2`));
          }
        }
      }
      await atOnce(work, 2);
    });
    expect(faults).toEqual([]);
    expect(parameterCount).toBeGreaterThan(60);
    expect(asked).toBeGreaterThan(IS_ALONE ? 4000 : 2000);
  });

  test('in every field of every body end in an answer of ours', { timeout: 600_000 }, async () => {
    const { owner, projectId, licenceId, key, avatarId } = await arena.newProject();
    const known: Record<string, string> = { projectId, licenceId, avatarId, id: avatarId, sessionId: '0'.repeat(32) };
    const faults: string[] = [];
    let fields = 0;
    const work: (() => Promise<void>)[] = [];
    for (const route of await routesOf(arena)) {
      const schema = route.operation.requestBody?.content?.['application/json']?.schema;
      // Whoever logs out ends the attack; whoever deletes ends its subject.
      if (schema === undefined || /logout|password|delete/.test(route.path)) continue;
      for (const name of fieldsOf(schema)) {
        fields += 1;
        for (const odd of ofThisDatabase(ODD_VALUES)) {
          work.push(async () => {
            const reply = await send(arena, owner, key, route.method, filled(route.path, known), { [name]: odd });
            const told = `${route.method} ${route.path} ${name}=${JSON.stringify(odd)?.slice(0, 60)}`;
            if (reply.status >= 500 && ![501, 503, 507].includes(reply.status)) faults.push(`${told}: ${reply.status}`);
            if (reply.status >= 400 && NOT_OURS.test(reply.text)) faults.push(`${told}: ${reply.text.slice(0, 300)}`);
          });
        }
      }
    }
    await arena.whileNeighbourTalks(() => atOnce(work, 2));
    expect(faults).toEqual([]);
    expect(fields).toBeGreaterThan(30);
  });

  test('bodies, types and addresses that nobody means are refused in words of ours', async () => {
    const { owner, path } = await arena.newProject();
    const bodies = [
      '{',
      '{"name":',
      '[1,',
      '\u0000',
      '"\\ud800"',
      'null',
      '1',
      '"x"',
      '[]',
      'name=x',
      '{"__proto__":{"a":1}}',
      '',
    ];
    for (const body of bodies) {
      const reply = await owner.text('POST', `${path}/keys`, { type: 'application/json', body });
      expect([body, reply.status < 500, NOT_OURS.exec(reply.body)?.[0]]).toEqual([body, true, undefined]);
    }
    const half = await owner.text('POST', `${path}/keys`, {
      type: 'application/json',
      body: '{"name":"an emoji \\ud83d"}',
    });
    expect([half.status, half.body]).toEqual([400, expect.stringContaining('half of a character')]);
    for (const type of ['text/xml', 'application/json; charset=utf-7', 'x', 'multipart/form-data; boundary=x', '\t']) {
      const reply = await owner.text('POST', `${path}/keys`, { type, body: '{"name":"x"}' });
      expect([type, reply.status < 500, NOT_OURS.exec(reply.body)?.[0]]).toEqual([type, true, undefined]);
    }
    for (const address of [
      '/%',
      '/%zz',
      '/%c0%af',
      '/api/v1/%ff',
      `/api/v1/projects/${'x'.repeat(9000)}`,
      '/uploadFiles/%00',
      '//',
    ]) {
      const reply = await fetch(arena.url + address);
      const text = await reply.text();
      expect([address, reply.status < 500, NOT_OURS.exec(text)?.[0]]).toEqual([address, true, undefined]);
      if (reply.status >= 400)
        expect(JSON.parse(text)).toEqual({ code: reply.status, message: expect.any(String), data: null });
    }
  });
});

async function routesOf({ url }: Arena): Promise<Route[]> {
  const { paths } = (await (await fetch(`${url}/openapi.json`)).json()) as {
    paths: Record<string, Record<string, Operation>>;
  };
  const routes = Object.entries(paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, operation]) => ({ method: method.toUpperCase(), path, operation })),
  );
  return routes.flatMap((route) => [route, ...otherWays(route)]);
}

/** Clients of the open interface ask for the same by other methods, at an older address, and put parameters into the query. */
function otherWays({ method, path, operation }: Route): Route[] {
  if (!path.startsWith('/api/open/') && !path.startsWith('/api/webrtc/')) return [];
  if (method === 'GET') {
    const posted = { method: 'POST', path, operation };
    const older = { method, path: path.replace(/status$/, 'getStatus'), operation };
    return older.path === path ? [posted] : [posted, older, { ...older, method: 'POST' }];
  }
  const fields = fieldsOf(operation.requestBody?.content?.['application/json']?.schema ?? {});
  const inQuery = { parameters: fields.map((name) => ({ name, in: 'query' as const })) };
  const asked = [{ method, path, operation: inQuery }];
  return path.endsWith('/delete') ? [...asked, { ...asked[0], method: 'DELETE' } as Route] : asked;
}

function filled(path: string, values: Readonly<Record<string, string>>): string {
  return path.replace(/\{(\w+)\}/g, (_all, name: string) => values[name] ?? '0'.repeat(32));
}

function fieldsOf({ properties = {}, anyOf = [] }: Schema): string[] {
  return [...new Set([...Object.keys(properties), ...anyOf.flatMap(fieldsOf)])];
}

/** As it may stand in an address; halves of surrogate pairs in three bytes each, as broken clients send them. */
function encoded(text: string): string {
  const bytes = [...text].map((character) => {
    const code = character.codePointAt(0) ?? 0;
    const isHalf = code >= 0xd800 && code <= 0xdfff;
    if (!isHalf) return encodeURIComponent(character);
    return [0xe0 | (code >> 12), 0x80 | ((code >> 6) & 0x3f), 0x80 | (code & 0x3f)]
      .map((byte) => `%${byte.toString(16)}`)
      .join('');
  });
  return bytes.join('');
}

let sent = 0;

/** From another address each time: no limit of one ends the attack. Deletions are left out: they end what is attacked. */
async function send(
  { url }: Arena,
  owner: ConsoleVisitor,
  key: string,
  method: string,
  path: string,
  body?: unknown,
): Promise<{ status: number; text: string }> {
  sent += 1;
  const isOpen = !path.startsWith('/api/v1/');
  const reply = await fetch(url + path, {
    method,
    headers: {
      'x-forwarded-for': `198.18.${Math.floor(sent / 250) % 250}.${sent % 250}`,
      origin: url,
      ...(isOpen || path.includes('browser-tokens') ? { license: key } : { cookie: owner.cookie }),
      ...(body === undefined ? {} : { 'content-type': 'application/json' }),
    },
    redirect: 'manual',
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
  const text = await reply.text();
  return { status: reply.status, text };
}

async function atOnce(work: readonly (() => Promise<void>)[], count: number): Promise<void> {
  let next = 0;
  const worker = async (): Promise<void> => {
    while (next < work.length) {
      const task = work[next];
      next += 1;
      await task?.();
    }
  };
  await Promise.all(Array.from({ length: count }, worker));
}
