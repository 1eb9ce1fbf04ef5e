import type { BrowserContext } from 'playwright-core';

export type ConsoleAccount = {
  readonly projectId: string;
  /** A licence key of the project. */
  readonly key: string;
  /** The first built-in avatar. */
  readonly avatarId: string;
  ask<Answer>(method: 'GET' | 'POST', path: string, data?: unknown): Promise<Answer>;
};

let count = 0;

/** Registers a person with a project and a key; the browser is then logged in. */
export async function openAccount(context: BrowserContext, url: string): Promise<ConsoleAccount> {
  async function ask<Answer>(method: 'GET' | 'POST', path: string, data?: unknown): Promise<Answer> {
    const response = await context.request.fetch(`${url}/api/v1${path}`, { method, ...(data ? { data } : {}) });
    if (!response.ok())
      throw new Error(`${method} ${path} was answered ${response.status()}: ${await response.text()}`);
    return (await response.json()) as Answer;
  }
  count += 1;
  const email = `person-${Date.now()}-${count}@example.org`;
  await ask('POST', '/auth/register', { name: 'Mia', email, password: 'a long enough password' });
  const { projectId } = await ask<{ projectId: string }>('POST', '/projects', { name: 'Harbour hotel' });
  const { key } = await ask<{ key: string }>('POST', `/projects/${projectId}/keys`, { name: 'Front desk' });
  const avatars = await ask<{ avatarId: string }[]>('GET', `/projects/${projectId}/avatars`);
  return { projectId, key, avatarId: avatars[0]?.avatarId ?? '', ask };
}
