export const sections = ['avatars', 'keys', 'conversations', 'usage', 'webhooks'] as const;
export type Section = (typeof sections)[number];

export const homeAddress = '/console';
export const loginAddress = '/console/login';
export const registerAddress = '/console/register';
export const resetAddress = '/console/reset-password';
export const projectsAddress = '/console/projects';
export const accountAddress = '/console/account';
export const firstPageAddress = '/console/first-page';
export const serverLogAddress = '/console/log';

export function sectionAddress(projectId: string, section: Section): string {
  return `/console/projects/${projectId}/${section}`;
}

export function avatarAddress(projectId: string, avatarId: string): string {
  return `${sectionAddress(projectId, 'avatars')}/${avatarId}`;
}

export function playgroundAddress(projectId: string, avatarId: string): string {
  return `${avatarAddress(projectId, avatarId)}/talk`;
}

export function conversationAddress(projectId: string, sessionId: string): string {
  return `${sectionAddress(projectId, 'conversations')}/${encodeURIComponent(sessionId)}`;
}

/** What a path inside a project names; null when it is none. */
export function readProjectPath(path: string): {
  readonly projectId: string;
  readonly section: Section;
  readonly subjectId: string | null;
  readonly detail: string | null;
} | null {
  const match = /^\/console\/projects\/([0-9a-f]{32})(?:\/([a-z]+)(?:\/([^/]+)(?:\/([a-z]+))?)?)?\/?$/.exec(path);
  if (match === null) return null;
  const [, projectId = '', name = 'avatars', subjectId, detail] = match;
  const section = sections.find((known) => known === name);
  if (section === undefined) return null;
  return { projectId, section, subjectId: subjectId ? decodeURIComponent(subjectId) : null, detail: detail ?? null };
}
