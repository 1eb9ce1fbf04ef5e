import { sql } from 'drizzle-orm';
import type { Database, Orm } from '../../db/database.ts';
import { bytesOfMb, numberOf, type Quotas, quotaReached } from './quotas.ts';

type Used = { readonly used: number; readonly limit: number };

/** What a project keeps, beside what it may keep; sizes in bytes. */
type ProjectUsage = Readonly<
  Record<'keys' | 'avatars' | 'avatarTextBytes' | 'webhooks' | 'fileBytes' | 'talks' | 'talkTextBytes', Used>
>;

/** Texts of all avatars of a project, those in the bin too. */
export function avatarTextBytes(orm: Pick<Orm, 'execute'>, projectId: string): Promise<number> {
  return numberOf(
    orm,
    sql`select coalesce(sum(octet_length(prompt) + octet_length(first_message) + octet_length(knowledge)
          + octet_length(tools::text)), 0)
        from avatars where project_id = ${projectId}`,
  );
}

/** Uploads (those of links once their length is known), what avatars are being made from, their bundles (copies share one; those in the bin count), films of calls, and films that were ordered. */
export function fileBytes(orm: Pick<Orm, 'execute'>, projectId: string): Promise<number> {
  return numberOf(
    orm,
    sql`select (select coalesce(sum(size_bytes), 0) from uploads where project_id = ${projectId})
          + (select coalesce(sum(size_bytes), 0) from upload_links where project_id = ${projectId})
          + (select coalesce(sum(file_bytes), 0) from avatar_jobs join avatars on avatars.id = avatar_id
             where project_id = ${projectId})
          + (select coalesce(sum(bytes), 0) from (
               select max(bundle_bytes) as bytes from avatars
               where project_id = ${projectId} and bundle_source = 'made' group by bundle_name) as bundle)
          + (select coalesce(sum(recording_bytes), 0) from conversations
             where project_id = ${projectId} and recording_bytes > 0)
          + (select coalesce(sum(result_bytes + sound_bytes), 0) from films where project_id = ${projectId})`,
  );
}

/** Throws `quota-reached` where so many bytes more are more than a project may keep; the caller has its row to itself. */
export async function requireFileRoom(
  orm: Pick<Orm, 'execute'>,
  projectId: string,
  bytes: number,
  { fileMbPerProject }: Pick<Quotas, 'fileMbPerProject'>,
): Promise<void> {
  if ((await fileBytes(orm, projectId)) + bytes <= bytesOfMb(fileMbPerProject)) return;
  throw quotaReached('files-full', fileMbPerProject);
}

const COUNTS = (projectId: string) => sql`
  select (select count(*) from licence_keys where project_id = ${projectId} and revoked_at is null) as keys,
    (select count(*) from avatars where project_id = ${projectId} and binned_at is null) as avatars,
    (select count(*) from webhooks where project_id = ${projectId}) as webhooks,
    talk.count as talks, talk.bytes as "talkTextBytes"
  from (select count(*) as count, coalesce(sum(text_bytes), 0) as bytes from conversations
        where project_id = ${projectId}) as talk`;

export type UsageReader = (projectId: string) => Promise<ProjectUsage>;

/** `demoProjectId`: it has quotas of its own for talks; null: there is none. */
export function createUsageReader(
  { orm }: Pick<Database, 'orm'>,
  quotas: Quotas,
  demoProjectId: string | null,
): UsageReader {
  return async (projectId) => {
    const { rows } = await orm.execute(COUNTS(projectId));
    const counted = (name: string): number => Number(rows[0]?.[name] ?? 0);
    const talks = talkQuota(quotas, projectId === demoProjectId);
    const of = (used: number, limit: number): Used => ({ used, limit });
    return {
      keys: of(counted('keys'), quotas.keysPerProject),
      avatars: of(counted('avatars'), quotas.avatarsPerProject),
      avatarTextBytes: of(await avatarTextBytes(orm, projectId), bytesOfMb(quotas.avatarTextMbPerProject)),
      webhooks: of(counted('webhooks'), quotas.webhooksPerProject),
      fileBytes: of(await fileBytes(orm, projectId), bytesOfMb(quotas.fileMbPerProject)),
      talks: of(counted('talks'), talks.count),
      talkTextBytes: of(counted('talkTextBytes'), talks.bytes),
    };
  };
}

export function talkQuota(quotas: Quotas, isDemo: boolean): { readonly count: number; readonly bytes: number } {
  return isDemo
    ? { count: quotas.talksOfDemo, bytes: bytesOfMb(quotas.talkTextMbOfDemo) }
    : { count: quotas.talksPerProject, bytes: bytesOfMb(quotas.talkTextMbPerProject) };
}
