import { expect } from 'vitest';
import type { TestBrowser } from './test-browser.ts';

export type Role = 'owner' | 'editor' | 'viewer';

/** Makes a project, and gives its id. */
export const createProject = async (owner: TestBrowser): Promise<string> =>
  (await owner.send('POST', '/projects', { name: 'Shop' })).json().projectId;

export const invite = async (owner: TestBrowser, projectId: string, body: { role: Role; email?: string }) => {
  const reply = await owner.send('POST', `/projects/${projectId}/invitations`, body);
  expect(reply.statusCode, reply.body).toBe(201);
  const { path, invitationId } = reply.json();
  return { secret: path.slice('/console/invitation#'.length) as string, invitationId: invitationId as string };
};

export const accept = (browser: TestBrowser, secret: string) => browser.send('POST', '/invitations/accept', { secret });
export const look = (browser: TestBrowser, secret: string) => browser.send('POST', '/invitations/look', { secret });

export const rolesOf = async (browser: TestBrowser, projectId: string): Promise<Record<string, Role>> => {
  const members = (await browser.send('GET', `/projects/${projectId}/members`)).json();
  return Object.fromEntries(members.map(({ userId, role }: { userId: string; role: Role }) => [userId, role]));
};

export const reasonOf = (reply: { statusCode: number; json(): { error?: { reason?: string } } }) => [
  reply.statusCode,
  reply.json().error?.reason,
];
