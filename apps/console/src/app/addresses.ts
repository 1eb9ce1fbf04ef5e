import type { ProjectRole } from '@visavis/protocol';

/** Pages of a project, with the role that one needs to be shown them. */
export const neededRoles = {
  avatars: 'viewer',
  films: 'viewer',
  keys: 'viewer',
  live: 'viewer',
  conversations: 'viewer',
  usage: 'viewer',
  webhooks: 'editor',
  members: 'viewer',
  audit: 'owner',
} as const satisfies Readonly<Record<string, ProjectRole>>;
export type Section = keyof typeof neededRoles;
export const sections = Object.keys(neededRoles) as Section[];

export const homeAddress = '/console';
export const loginAddress = '/console/login';
export const registerAddress = '/console/register';
export const resetAddress = '/console/reset-password';
export const invitationAddress = '/console/invitation';
export const projectsAddress = '/console/projects';
export const accountAddress = '/console/account';
export const firstPageAddress = '/console/first-page';
export const machineModelsAddress = '/console/models';
export const serverLogAddress = '/console/log';

/** The secret in the link of an invitation, `/console/invitation#SECRET`; null when it holds none. */
export function readInvitationSecret(hash: string): string | null {
  return /^#([A-Za-z0-9_-]{1,200})$/.exec(hash)?.[1] ?? null;
}

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

export function filmAddress(projectId: string, generationId: string): string {
  return `${sectionAddress(projectId, 'films')}/${generationId}`;
}

/** In the place of a film's id. */
export const newFilm = 'new';

export function newFilmAddress(projectId: string): string {
  return filmAddress(projectId, newFilm);
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
