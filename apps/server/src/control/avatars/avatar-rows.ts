import { type AvatarTool, fittingTools, type WebhookTarget, withoutSystemPrefix } from '@visavis/protocol';
import { eq, sql } from 'drizzle-orm';
import type { Orm } from '../../db/database.ts';
import { avatarJobs } from '../../db/making-schema.ts';
import { avatars, type StoredTool } from '../../db/schema.ts';
import type { Avatar } from './avatar-catalogue.ts';
import { type BundleFolders, bundlePath } from './bundle-folders.ts';

export type AvatarRow = typeof avatars.$inferSelect;

type RowWithJob = {
  readonly avatar: AvatarRow;
  readonly job: Avatar['job'];
  readonly hasSourcePicture: boolean;
};

/** Avatars with how far their making is, and whether what they are made from can be looked at. */
export function selectWithJobs(orm: Pick<Orm, 'select'>) {
  return orm
    .select({
      avatar: avatars,
      job: { progress: avatarJobs.progress, step: avatarJobs.step },
      hasSourcePicture: sql<boolean>`${avatarJobs.picture} is not null`,
    })
    .from(avatars)
    .leftJoin(avatarJobs, eq(avatarJobs.avatarId, avatars.id));
}

export function withJob({ avatar, job, hasSourcePicture }: RowWithJob, folders: BundleFolders): Avatar {
  return { ...avatarOf(avatar, folders), job: avatar.state === 'making' ? job : null, hasSourcePicture };
}

function toTool({ name, description, parameters, webhook }: StoredTool): AvatarTool {
  const isObject = typeof parameters === 'object' && parameters !== null;
  return {
    name: typeof name === 'string' ? name : '',
    description: typeof description === 'string' ? description : '',
    parameters: isObject ? { ...parameters } : { type: 'object', properties: {} },
    ...(isTarget(webhook) ? { webhook } : {}),
  };
}

function isTarget(value: unknown): value is WebhookTarget {
  if (typeof value !== 'object' || value === null) return false;
  const { url, method, timeoutMs } = value as Partial<WebhookTarget>;
  return typeof url === 'string' && (method === 'GET' || method === 'POST') && typeof timeoutMs === 'number';
}

export function avatarOf(row: AvatarRow, folders: BundleFolders): Avatar {
  const { tools, leftOut } = fittingTools(row.tools.map(toTool));
  return {
    avatarId: row.id,
    projectId: row.projectId,
    isSystem: row.projectId === null,
    name: row.name,
    title: withoutSystemPrefix(row.name),
    provider: row.provider,
    model: row.model,
    parts: row.parts,
    voice: row.voice,
    language: row.language,
    prompt: row.prompt,
    firstMessage: row.firstMessage,
    tools,
    leftOutTools: leftOut,
    knowledge: row.knowledge,
    maxCallSeconds: row.maxCallSeconds,
    recordCalls: row.recordCalls,
    remembers: row.remembers,
    state: row.state,
    stateDetail: row.stateDetail,
    failure: row.failure,
    notice: row.notice,
    job: null,
    hasSourcePicture: false,
    bundleSource: row.bundleSource,
    bundleName: row.bundleName,
    bundlePath: bundlePath(folders, row),
    storedBundle: row.storedBundle,
    thumbnail: row.thumbnail,
    preview: row.preview,
    createdAt: row.createdAt,
    updatedAt: row.updatedAt,
  };
}
