import type { BrowserContext } from 'playwright-core';
import { TestClient } from '../../apps/server/src/gateway/navtalk-v2/test-client.ts';
import { CONSOLE_PASSWORD } from './console-steps.ts';

export type ConsoleAccount = {
  readonly projectId: string;
  /** A licence key of the project. */
  readonly key: string;
  /** A built-in avatar. */
  readonly avatarId: string;
  /** Asks `/api/v1` as the person who is logged in. */
  ask<Answer>(method: 'GET' | 'POST', path: string, data?: unknown): Promise<Answer>;
};

/** Asks `/api/v1` as the person who is logged in to this browser. */
export function askAs(context: BrowserContext, url: string): ConsoleAccount['ask'] {
  return async function ask<Answer>(method: 'GET' | 'POST', path: string, data?: unknown): Promise<Answer> {
    const response = await context.request.fetch(`${url}/api/v1${path}`, {
      method,
      headers: { origin: url },
      ...(data === undefined ? {} : { data }),
    });
    if (!response.ok()) {
      throw new Error(`${method} ${path} was answered ${response.status()}: ${await response.text()}`);
    }
    return (await response.json()) as Answer;
  };
}

/** Who is registered where: an address may register ten people an hour, and a test that is tried again finds its person there. */
const registered = new Set<string>();

/** Registers a person, or logs in who is registered, with a new project and a key; the browser is then logged in. */
export async function openAccount(context: BrowserContext, url: string, email: string): Promise<ConsoleAccount> {
  const ask = askAs(context, url);
  const password = CONSOLE_PASSWORD;
  const person = `${email} at ${url}`;
  if (registered.has(person)) await ask('POST', '/auth/login', { email, password });
  else {
    await ask('POST', '/auth/register', { name: 'Mia', email, password });
    registered.add(person);
  }
  const { projectId } = await ask<{ projectId: string }>('POST', '/projects', { name: 'Harbour hotel' });
  const { key } = await ask<{ key: string }>('POST', `/projects/${projectId}/keys`, { name: 'Front desk' });
  const avatars = await ask<{ avatarId: string }[]>('GET', `/projects/${projectId}/avatars`);
  return { projectId, key, avatarId: avatars[0]?.avatarId ?? '', ask };
}

/** A whole call by protocol in which these texts are answered, and which is rated; gives its session id when it is complete in the records. */
export async function talkOnce(
  url: string,
  { projectId, key, ask }: ConsoleAccount,
  avatarId: string,
  texts: readonly string[],
): Promise<string> {
  const client = new TestClient(url.replace('http', 'ws'), { license: key, avatarId, visavis: '1' });
  await client.event('realtime.session.updated', 0, 60_000);
  const { sessionId, ratingKey } = (await client.event('realtime.session.created')).data;
  for (const [index, text] of texts.entries()) {
    const item = { type: 'message', role: 'user', content: [{ type: 'input_text', text }] };
    client.send({ type: 'conversation.item.create', item });
    client.send({ type: 'response.create' });
    await client.event('realtime.response.audio.done', index, 90_000);
  }
  client.socket.close();
  const rating = { sessionId, ratingKey, rating: 'up', text: 'Quick and friendly' };
  await fetch(`${url}/api/chat/ratings`, { method: 'POST', body: JSON.stringify(rating) });
  for (let tries = 0; ; tries += 1) {
    const path = `/projects/${projectId}/conversations?status=completed`;
    const { items } = await ask<{ items: { sessionId: string; messageCount: number }[] }>('GET', path);
    const found = items[0];
    if (found !== undefined && found.messageCount >= texts.length * 2) return found.sessionId;
    if (tries > 100) throw new Error(`The talk is not in the records: ${JSON.stringify(items)}`);
    await new Promise((resolve) => setTimeout(resolve, 200));
  }
}
