import { basename } from 'node:path';
import { type AvatarNotice, type AvatarTool, isSystemName, type MakingFailure } from '@visavis/protocol';
import { and, asc, desc, eq, isNotNull, isNull, or, type SQL, sql } from 'drizzle-orm';
import type { Database } from '../../db/database.ts';
import { avatarAliases, avatars, type StoredParts } from '../../db/schema.ts';
import type { BlobKey } from '../../files/blob-store.ts';
import type { StoredBundle } from '../../files/stored-bundle.ts';
import { isPublicId } from '../ids.ts';
import { type AvatarRow, avatarOf, selectWithJobs, withJob } from './avatar-rows.ts';
import { builtInFigureIndex } from './built-in-names.ts';
import type { BundleFolders } from './bundle-folders.ts';
import { calledBy, nameFor } from './called-by.ts';

export type Avatar = {
  /** 32 hexadecimal digits. */
  readonly avatarId: string;
  /** Null: a system avatar. */
  readonly projectId: string | null;
  /** Offered to every project; belongs to none. */
  readonly isSystem: boolean;
  readonly name: string;
  /** The name for people: without the prefix of built-in avatars. */
  readonly title: string;
  readonly provider: string;
  readonly model: string;
  /** What it hears, thinks and speaks with, where its owner has chosen. */
  readonly parts: StoredParts;
  readonly voice: string;
  /** BCP 47 tag. */
  readonly language: string;
  readonly prompt: string;
  readonly firstMessage: string;
  readonly tools: readonly AvatarTool[];
  /** Stored tools that pass a limit of today; they are as if they did not exist. */
  readonly leftOutTools: number;
  /** Facts that the avatar may use, as plain text. */
  readonly knowledge: string;
  readonly maxCallSeconds: number | null;
  readonly recordCalls: boolean;
  readonly remembers: boolean;
  /** `making` and `failed` avatars take no calls. */
  readonly state: 'ready' | 'making' | 'failed';
  /** Why it failed. */
  readonly stateDetail: string | null;
  readonly failure: MakingFailure | null;
  /** What its owner is told about how it was made. */
  readonly notice: AvatarNotice | null;
  /** How far the making is, 0 to 1; null unless `state` is `making`, and where avatars are found for calls. */
  readonly job: { readonly progress: number; readonly step: string } | null;
  /** What it is made from can be looked at; false where avatars are found for calls. */
  readonly hasSourcePicture: boolean;
  readonly bundleSource: 'shipped' | 'made';
  readonly bundleName: string;
  /** Folder of the bundle on this machine, where it is not in the store. */
  readonly bundlePath: string;
  /** Where it lies in the store; null: it does not. */
  readonly storedBundle: StoredBundle | null;
  /** File name of the still picture inside the bundle. */
  readonly thumbnail: string | null;
  /** File name of the film of the idle avatar inside the bundle. */
  readonly preview: string | null;
  readonly createdAt: Date;
  readonly updatedAt: Date;
};

export type AvatarFound =
  | {
      readonly kind: 'found';
      readonly avatar: Avatar;
      readonly ambiguous: boolean;
      /** No avatar has the name: this built-in figure stands in for it. False when left out. */
      readonly isStandIn?: boolean;
      /** The name by which the built-in figure goes here, which is not its own; left out: it goes by its own. */
      readonly calledBy?: string;
    }
  | { readonly kind: 'missing' };

export type PictureKind = 'thumbnail' | 'preview';

/** Where a picture of an avatar lies. */
export type AvatarPicturePlace = {
  /** Its file name in the bundle. */
  readonly name: string;
  /** Null: it lies in `folder` on this machine. */
  readonly key: BlobKey | null;
  readonly folder: string;
};

/** Avatars in the bin are none. */
export type AvatarCatalogue = {
  /** The project's own avatars, newest first, then the system ones in the order they are shipped in. */
  list(projectId: string): Promise<Avatar[]>;
  /** What everybody may see of a project: the ready avatars that the operator has put on the first page, in that order. */
  listShown(projectId: string): Promise<Avatar[]>;
  /** By id, among own and system avatars. */
  get(projectId: string, avatarId: string): Promise<Avatar | null>;
  /** Any avatar, for whoever knows its id. */
  getAnywhere(avatarId: string): Promise<Avatar | null>;
  /** By id when one is given, else by name; with `isAny`, any: the project's newest before the system ones. */
  find(projectId: string, query: { avatarId?: string; name?: string; isAny?: true }): Promise<AvatarFound>;
  /** The still picture or the film of any avatar, for whoever knows its id. */
  pictureOf(avatarId: string, kind: PictureKind): Promise<AvatarPicturePlace | null>;
};

/** Null: it has none. */
export function pictureOf(
  { bundlePath: folder, storedBundle, ...files }: Pick<Avatar, 'bundlePath' | 'storedBundle' | PictureKind>,
  kind: PictureKind,
): AvatarPicturePlace | null {
  const file = files[kind];
  if (file === null) return null;
  const sha256 = storedBundle?.[kind] ?? null;
  if (storedBundle !== null && sha256 === null) return null;
  const key =
    storedBundle === null || sha256 === null ? null : ({ area: 'avatars', owner: storedBundle.owner, sha256 } as const);
  return { name: basename(file), key, folder };
}

function asAskedFor(figure: Avatar, asked: string) {
  const name = nameFor(figure.title, asked);
  const kind = 'found' as const;
  return name === null ? { kind, avatar: figure } : { kind, avatar: calledBy(figure, name), calledBy: name };
}

const MISSING = { kind: 'missing' } as const;

export function createAvatarCatalogue({ orm }: Pick<Database, 'orm'>, folders: BundleFolders): AvatarCatalogue {
  const isThere = isNull(avatars.binnedAt);
  const isOffered = (projectId: string) =>
    and(or(eq(avatars.projectId, projectId), isNull(avatars.projectId)), isThere);
  const ownFirst = desc(isNotNull(avatars.projectId));

  const toAvatar = (row: AvatarRow): Avatar => avatarOf(row, folders);

  /**
   * Own avatars before system ones, so that an update of the shipped ones never takes over a project's name. One that is being made,
   * or could not be, stands in the way of none.
   */
  const findNewest = async (projectId: string, matches: SQL): Promise<AvatarFound> => {
    const rows = await orm
      .select()
      .from(avatars)
      .where(and(isOffered(projectId), eq(avatars.state, 'ready'), matches))
      .orderBy(ownFirst, desc(avatars.updatedAt), desc(avatars.ordinal))
      .limit(2);
    const [first] = rows;
    return first ? { kind: 'found', avatar: toAvatar(first), ambiguous: rows.length > 1 } : MISSING;
  };

  const findAlias = async (name: string): Promise<AvatarFound> => {
    const [row] = await orm
      .select({ avatar: avatars })
      .from(avatarAliases)
      .innerJoin(avatars, eq(avatars.id, avatarAliases.avatarId))
      .where(eq(avatarAliases.alias, name.toLowerCase()));
    return row ? { ...asAskedFor(toAvatar(row.avatar), name), ambiguous: false } : MISSING;
  };

  /** The same unknown name always gets the same figure, as long as the figures stay the same. */
  const findStandIn = async (name: string): Promise<AvatarFound> => {
    if (!isSystemName(name)) return MISSING;
    const figures = await orm.select().from(avatars).where(isNull(avatars.projectId)).orderBy(asc(avatars.id));
    const figure = figures[builtInFigureIndex(name, figures.length)];
    return figure ? { ...asAskedFor(toAvatar(figure), name), ambiguous: false, isStandIn: true } : MISSING;
  };

  const findByName = async (projectId: string, name: string): Promise<AvatarFound> => {
    const steps = [
      () => findNewest(projectId, eq(avatars.name, name)),
      () => findNewest(projectId, sql`lower(${avatars.name}) = lower(${name})`),
      () => findAlias(name),
      () => findStandIn(name),
    ];
    for (const step of steps) {
      const found = await step();
      if (found.kind === 'found') return found;
    }
    return MISSING;
  };

  const get = async (projectId: string, avatarId: string): Promise<Avatar | null> => {
    const id = avatarId.trim().toLowerCase().replaceAll('-', '');
    if (!isPublicId(id)) return null;
    const [row] = await selectWithJobs(orm).where(and(eq(avatars.id, id), isOffered(projectId)));
    return row ? withJob(row, folders) : null;
  };

  return {
    get,

    async getAnywhere(avatarId) {
      if (!isPublicId(avatarId)) return null;
      const [row] = await orm
        .select()
        .from(avatars)
        .where(and(eq(avatars.id, avatarId), isThere));
      return row === undefined ? null : toAvatar(row);
    },

    async pictureOf(avatarId, kind) {
      if (!isPublicId(avatarId)) return null;
      const [row] = await orm
        .select()
        .from(avatars)
        .where(and(eq(avatars.id, avatarId), isThere));
      return row === undefined ? null : pictureOf(toAvatar(row), kind);
    },

    async list(projectId) {
      const ownNewestFirst = sql`case when ${avatars.projectId} is null then ${avatars.ordinal} else -${avatars.ordinal} end`;
      const rows = await selectWithJobs(orm).where(isOffered(projectId)).orderBy(ownFirst, ownNewestFirst);
      return rows.map((row) => withJob(row, folders));
    },

    async listShown(projectId) {
      const rows = await orm
        .select()
        .from(avatars)
        .where(and(isOffered(projectId), eq(avatars.state, 'ready'), isNotNull(avatars.talkPagePlace)))
        .orderBy(asc(avatars.talkPagePlace), asc(avatars.ordinal));
      return rows.map(toAvatar);
    },

    async find(projectId, { avatarId, name, isAny }) {
      if (avatarId) {
        const avatar = await get(projectId, avatarId);
        return avatar ? { kind: 'found', avatar, ambiguous: false } : MISSING;
      }
      if (isAny === true) return findNewest(projectId, sql`true`);
      const wanted = name?.trim().replaceAll('\u0000', '');
      return wanted ? findByName(projectId, wanted) : MISSING;
    },
  };
}
