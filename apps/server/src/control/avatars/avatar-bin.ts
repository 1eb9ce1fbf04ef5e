import { BIN_DAYS, DAY_MS } from '@visavis/protocol';
import { and, desc, eq, isNotNull, isNull, ne, type SQL, sql } from 'drizzle-orm';
import type { Database, Orm } from '../../db/database.ts';
import { avatars } from '../../db/schema.ts';
import { BlobStoreError } from '../../files/blob-store.ts';
import { notFound, refusal } from '../control-error.ts';
import { alone, type Quotas } from '../quotas/quotas.ts';
import { type Avatar, type AvatarCatalogue, pictureOf } from './avatar-catalogue.ts';
import { selectWithJobs, withJob } from './avatar-rows.ts';
import type { BundleFolders } from './bundle-folders.ts';
import type { AvatarBundles } from './bundles/avatar-bundles.ts';
import { type AvatarMaker, type OwnAvatars, requireRoomForAvatar } from './own-avatars.ts';

export type AvatarBinOptions = {
  readonly db: Pick<Database, 'orm'>;
  readonly folders: BundleFolders;
  readonly bundles: Pick<AvatarBundles, 'readPicture'>;
  readonly catalogue: AvatarCatalogue;
  readonly avatars: OwnAvatars;
  /** Null: this server makes no avatars from pictures. */
  readonly maker: AvatarMaker | null;
  readonly quotas: Pick<Quotas, 'avatarsPerProject'>;
};

/** An avatar that was thrown away and can still be restored. */
export type BinnedAvatar = Avatar & { readonly binnedAt: Date };

export type AvatarPictureFile = { readonly bytes: Buffer; readonly fileName: string };

/** So many of a project, the last thrown away; what is over leaves for good. */
const MOST_BINNED = 100;
const RETRY_AFTER_SECONDS = 10;

/** When an avatar that was thrown away at `binnedAt` is deleted for good. */
export function endOfBin(binnedAt: Date): Date {
  return new Date(binnedAt.getTime() + BIN_DAYS * DAY_MS);
}

/**
 * Avatars that were deleted and can still be restored. In the bin they take no calls, have no name and no public picture;
 * what they take of the disk counts. Callers have checked the project.
 */
export class AvatarBin {
  readonly #options: AvatarBinOptions;

  constructor(options: AvatarBinOptions) {
    this.#options = options;
  }

  /** What was thrown away last first. */
  list(projectId: string): Promise<BinnedAvatar[]> {
    return this.#find(eq(avatars.projectId, projectId));
  }

  /** One that is still being made is stopped instead, and gone: `restorableUntil` is null. */
  async put(
    projectId: string,
    avatarId: string,
  ): Promise<{ readonly avatar: Avatar; readonly restorableUntil: Date | null }> {
    const avatar = await this.#options.avatars.requireOwn(projectId, avatarId);
    if (avatar.state === 'making') {
      await this.#options.avatars.remove(projectId, avatarId);
      return { avatar, restorableUntil: null };
    }
    const { binnedAt, surplus } = await alone(this.#options.db, { what: 'project', id: projectId }, async (orm) => {
      const [row] = await orm
        .update(avatars)
        .set({ binnedAt: sql`now()` })
        .where(and(isOwn(projectId, avatar.avatarId), isNull(avatars.binnedAt), ne(avatars.state, 'making')))
        .returning({ binnedAt: avatars.binnedAt });
      return { binnedAt: row?.binnedAt ?? null, surplus: await surplusOf(orm, projectId) };
    });
    if (binnedAt === null) throw refusal('conflict', 'avatar-changed');
    for (const id of surplus) await this.#delete(projectId, id);
    return { avatar, restorableUntil: endOfBin(binnedAt) };
  }

  /** Back as it was, under a name that is free: nobody who calls another avatar by that name meets this one. */
  async restore(projectId: string, avatarId: string): Promise<Avatar> {
    const { db, avatars: own, quotas } = this.#options;
    const name = await own.freeName(projectId, (await this.#require(projectId, avatarId)).name);
    await alone(db, { what: 'project', id: projectId }, async (orm) => {
      await requireRoomForAvatar(orm, projectId, quotas.avatarsPerProject);
      await orm
        .update(avatars)
        .set({ binnedAt: null, name })
        .where(and(isOwn(projectId, avatarId), isNotNull(avatars.binnedAt)));
    });
    return own.get(projectId, avatarId);
  }

  /** For good, before its time. */
  async remove(projectId: string, avatarId: string): Promise<BinnedAvatar> {
    const avatar = await this.#require(projectId, avatarId);
    await this.#delete(projectId, avatarId);
    return avatar;
  }

  /** What its owner sees of an avatar, in the bin or not: what it is made from until it is ready, then its still. */
  async picture(projectId: string, avatarId: string): Promise<AvatarPictureFile> {
    const { catalogue, maker, bundles } = this.#options;
    const avatar = (await catalogue.get(projectId, avatarId)) ?? (await this.#require(projectId, avatarId));
    if (avatar.hasSourcePicture) {
      const bytes = (await maker?.sourcePicture(avatar.avatarId)) ?? null;
      if (bytes !== null) return { bytes, fileName: 'picture.webp' };
    }
    const still = pictureOf(avatar, 'thumbnail');
    const bytes = still === null ? null : await bundles.readPicture(still).catch(unreachable);
    if (still === null || bytes === null) throw notFound('picture');
    return { bytes, fileName: still.name };
  }

  /** Deletes for good what has been in the bin long enough; its files go with the next look at files that nothing uses. */
  async sweep(): Promise<void> {
    const old = sql`${avatars.binnedAt} < now() - ${BIN_DAYS} * interval '1 day'`;
    await this.#options.db.orm.delete(avatars).where(old);
  }

  async #require(projectId: string, avatarId: string): Promise<BinnedAvatar> {
    const [avatar] = await this.#find(isOwn(projectId, avatarId));
    if (avatar === undefined) throw notFound('avatar');
    return avatar;
  }

  async #find(which: SQL | undefined): Promise<BinnedAvatar[]> {
    const { db, folders } = this.#options;
    const rows = await selectWithJobs(db.orm)
      .where(and(which, isNotNull(avatars.binnedAt)))
      .orderBy(desc(avatars.binnedAt), desc(avatars.ordinal));
    return rows.flatMap((row) => {
      const { binnedAt } = row.avatar;
      return binnedAt === null ? [] : [{ ...withJob(row, folders), binnedAt }];
    });
  }

  async #delete(projectId: string, avatarId: string): Promise<void> {
    await this.#options.maker?.cancel(avatarId);
    await this.#options.db.orm.delete(avatars).where(and(isOwn(projectId, avatarId), isNotNull(avatars.binnedAt)));
  }
}

function isOwn(projectId: string, avatarId: string) {
  return and(eq(avatars.id, avatarId), eq(avatars.projectId, projectId));
}

async function surplusOf(orm: Orm, projectId: string): Promise<string[]> {
  const rows = await orm
    .select({ id: avatars.id })
    .from(avatars)
    .where(and(eq(avatars.projectId, projectId), isNotNull(avatars.binnedAt)))
    .orderBy(desc(avatars.binnedAt), desc(avatars.ordinal))
    .offset(MOST_BINNED);
  return rows.map(({ id }) => id);
}

function unreachable(error: unknown): never {
  if (!(error instanceof BlobStoreError)) throw error;
  throw refusal('overloaded', 'store-silent', { retryAfterSeconds: RETRY_AFTER_SECONDS });
}
