import { FIRST_VOICE } from '@visavis/protocol';
import { and, eq, isNull, ne, sql } from 'drizzle-orm';
import type { Database, Orm } from '../../db/database.ts';
import { avatars, type StoredParts, type StoredTool } from '../../db/schema.ts';
import { notFound, refusal } from '../control-error.ts';
import { newPublicId } from '../ids.ts';
import { primaryLanguage } from '../primary-language.ts';
import { avatarTextBytes } from '../quotas/project-usage.ts';
import { alone, bytesOfMb, type Quotas, quotaReached } from '../quotas/quotas.ts';
import type { VoiceSetup } from '../voices/voice-setup.ts';
import type { Avatar, AvatarCatalogue } from './avatar-catalogue.ts';

/** What the owner of an avatar may set. */
export type AvatarFields = {
  readonly name: string;
  readonly provider: string;
  readonly model: string;
  readonly parts: StoredParts;
  readonly voice: string;
  readonly language: string;
  readonly prompt: string;
  readonly firstMessage: string;
  readonly tools: readonly StoredTool[];
  readonly knowledge: string;
  readonly maxCallSeconds: number | null;
  readonly recordCalls: boolean;
  readonly remembers: boolean;
};

/** Where the picture of a new avatar comes from. */
export type AvatarPicture =
  | { readonly kind: 'url'; readonly url: string }
  /** A picture or clip that was uploaded before. */
  | { readonly kind: 'upload'; readonly uploadId: string };

/** Makes avatars from pictures and clips. */
export type AvatarMaker = {
  /** Resolves when the job is durable. The avatar is `making` until the maker has settled it. */
  start(job: { avatarId: string; projectId: string; picture: AvatarPicture }): Promise<void>;
  /** Makes a failed avatar once more, from the same picture or another one that was uploaded. */
  again(avatarId: string, projectId: string, uploadId?: string): Promise<void>;
  /** Ends the job of an avatar that is about to be deleted, if there is one. */
  cancel(avatarId: string): Promise<void>;
  /** What an avatar is made from, small (WebP); null: it has no job, or the job has not looked yet. */
  sourcePicture(avatarId: string): Promise<Buffer | null>;
};

export type OwnAvatarsOptions = {
  readonly db: Pick<Database, 'orm'>;
  readonly catalogue: AvatarCatalogue;
  /** Null: this server makes none. */
  readonly maker: AvatarMaker | null;
  /** Left out: whatever an avatar is to speak with is kept as it is. */
  readonly voiceSetup?: VoiceSetup;
  readonly quotas: Pick<Quotas, 'avatarsPerProject' | 'avatarTextMbPerProject'>;
};

/** The voice of an avatar for which none is chosen. */
const DEFAULTS = { provider: FIRST_VOICE, model: FIRST_VOICE, voice: 'cedar', language: 'en' } as const;
/**
 * What a new avatar says and is told when its owner has not written it yet. In a language that is not listed it waits for
 * the person to begin.
 */
const FIRST_MESSAGES: ReadonlyMap<string, (name: string) => string> = new Map([
  ['en', (name) => `Hello, I am ${name}. What can I do for you?`],
  ['zh', (name) => `您好，我是${name}。有什么可以帮您？`],
]);
/** Numbers behind a name that are tried. */
const MAX_NUMBERED_NAMES = 1000;

/** The avatars of a project. Callers have checked the project. */
export class OwnAvatars {
  readonly #options: OwnAvatarsOptions;

  constructor(options: OwnAvatarsOptions) {
    this.#options = options;
  }

  /** Own and system avatars. */
  list(projectId: string): Promise<Avatar[]> {
    return this.#options.catalogue.list(projectId);
  }

  async get(projectId: string, avatarId: string): Promise<Avatar> {
    const avatar = await this.#options.catalogue.get(projectId, avatarId);
    if (avatar === null) throw notFound('avatar');
    return avatar;
  }

  /** A copy of an own or system avatar, with `changes` over it. */
  async duplicate(projectId: string, fromAvatarId: string, changes: Partial<AvatarFields>): Promise<Avatar> {
    const source = await this.get(projectId, fromAvatarId);
    if (source.state !== 'ready') throw refusal('conflict', 'avatar-not-ready');
    const { provider, model, parts, voice, language, prompt, firstMessage, tools } = source;
    const { knowledge, maxCallSeconds, recordCalls, remembers, bundleSource, bundleName, storedBundle } = source;
    const { thumbnail, preview, notice } = source;
    return this.#insert(projectId, {
      name: await this.freeName(projectId, source.title),
      provider,
      model,
      parts,
      voice,
      language,
      prompt,
      firstMessage,
      tools,
      knowledge,
      maxCallSeconds,
      recordCalls,
      remembers,
      ...(await this.#checked(projectId, changes)),
      bundleSource,
      bundleName,
      storedBundle,
      thumbnail,
      preview,
      notice,
    });
  }

  /** Throws `not-available` where no maker is at hand. */
  async makeFromPicture(
    projectId: string,
    picture: AvatarPicture,
    fields: Partial<AvatarFields> & { name: string },
  ): Promise<Avatar> {
    const maker = this.#requireMaker();
    const checked = await this.#checked(projectId, fields);
    const { avatarId } = await this.#insert(projectId, {
      ...DEFAULTS,
      ...wordsFor(fields),
      ...fields,
      ...checked,
      bundleSource: 'made' as const,
      bundleName: newPublicId(),
      thumbnail: null,
      state: 'making' as const,
    });
    try {
      await maker.start({ avatarId, projectId, picture });
    } catch (error) {
      await this.#options.db.orm.delete(avatars).where(eq(avatars.id, avatarId));
      throw error;
    }
    return this.get(projectId, avatarId);
  }

  /** Makes a failed avatar once more, from the same picture or another one; everything else stays as it was set. */
  async retry(projectId: string, avatarId: string, uploadId?: string): Promise<Avatar> {
    const { avatarId: id, state } = await this.requireOwn(projectId, avatarId);
    if (state !== 'failed') throw refusal('conflict', 'only-failed-again');
    await this.#requireMaker().again(id, projectId, uploadId);
    return this.get(projectId, id);
  }

  /** System avatars cannot be changed: duplicate them. */
  async update(projectId: string, avatarId: string, changes: Partial<AvatarFields>): Promise<Avatar> {
    const { avatarId: id } = await this.requireOwn(projectId, avatarId);
    const values = { ...(await this.#checked(projectId, changes)), updatedAt: sql`now()` };
    await this.#withinQuota(projectId, (transaction) =>
      transaction
        .update(avatars)
        .set(values)
        .where(and(eq(avatars.id, id), eq(avatars.projectId, projectId))),
    );
    return this.get(projectId, id);
  }

  /** For good: nothing of it is in the bin. */
  async remove(projectId: string, avatarId: string): Promise<Avatar> {
    const avatar = await this.requireOwn(projectId, avatarId);
    await this.#options.maker?.cancel(avatar.avatarId);
    await this.#options.db.orm
      .delete(avatars)
      .where(and(eq(avatars.id, avatar.avatarId), eq(avatars.projectId, projectId)));
    return avatar;
  }

  /** Whether another avatar of the project has this name. */
  async isNameTaken(projectId: string, name: string, exceptAvatarId = ''): Promise<boolean> {
    const rows = await this.#options.db.orm
      .select({ id: avatars.id })
      .from(avatars)
      .where(
        and(
          eq(avatars.projectId, projectId),
          sql`lower(${avatars.name}) = lower(${name})`,
          ne(avatars.id, exceptAvatarId),
          isNull(avatars.binnedAt),
        ),
      )
      .limit(1);
    return rows.length > 0;
  }

  /** Throws when it is not there, or built in. */
  async requireOwn(projectId: string, avatarId: string): Promise<Avatar> {
    const avatar = await this.get(projectId, avatarId);
    if (avatar.isSystem) {
      throw refusal('forbidden', 'built-in-avatar');
    }
    return avatar;
  }

  /** Whoever it is to speak with is there, and may be asked. */
  async #checked<Fields extends Partial<AvatarFields>>(projectId: string, fields: Fields): Promise<Fields> {
    const { voiceSetup } = this.#options;
    if (voiceSetup === undefined) return fields;
    if (fields.provider !== undefined) voiceSetup.requireProvider(fields.provider);
    return fields.parts === undefined ? fields : { ...fields, parts: await voiceSetup.check(projectId, fields.parts) };
  }

  #requireMaker(): AvatarMaker {
    const { maker } = this.#options;
    if (maker === null) {
      throw refusal('not-available', 'no-making');
    }
    return maker;
  }

  /** `Mia`, else `Mia 2`, and so on. */
  async freeName(projectId: string, wanted: string): Promise<string> {
    for (let number = 1; number <= MAX_NUMBERED_NAMES; number += 1) {
      const name = number === 1 ? wanted : `${wanted} ${number}`;
      if (!(await this.isNameTaken(projectId, name))) return name;
    }
    return `${wanted} ${newPublicId()}`;
  }

  async #insert(projectId: string, values: Omit<typeof avatars.$inferInsert, 'id' | 'projectId'>): Promise<Avatar> {
    const { avatarsPerProject } = this.#options.quotas;
    const id = newPublicId();
    await this.#withinQuota(projectId, async (transaction) => {
      await requireRoomForAvatar(transaction, projectId, avatarsPerProject);
      await transaction.insert(avatars).values({ ...values, id, projectId });
    });
    return this.get(projectId, id);
  }

  /** Whole or not at all: what makes the project's texts too many is not written, what makes them fewer always is. */
  #withinQuota(projectId: string, write: (transaction: Orm) => Promise<unknown>): Promise<void> {
    const { db, quotas } = this.#options;
    return alone(db, { what: 'project', id: projectId }, async (transaction) => {
      const before = await avatarTextBytes(transaction, projectId);
      await write(transaction);
      const after = await avatarTextBytes(transaction, projectId);
      if (after <= before || after <= bytesOfMb(quotas.avatarTextMbPerProject)) return;
      throw quotaReached('avatar-texts-full', quotas.avatarTextMbPerProject);
    });
  }
}

/** Those in the bin do not count. Throws when a project has as many avatars as it may have. */
export async function requireRoomForAvatar(orm: Orm, projectId: string, limit: number): Promise<void> {
  const isThere = and(eq(avatars.projectId, projectId), isNull(avatars.binnedAt));
  if ((await orm.$count(avatars, isThere)) < limit) return;
  throw quotaReached('avatars-full', limit);
}

function wordsFor({ name, language = DEFAULTS.language }: { name: string; language?: string }) {
  return {
    prompt: `You are ${name}, a friendly and helpful conversation partner. You are talking, not writing: answer in one to three short sentences, in the language of the person you talk with.`,
    firstMessage: FIRST_MESSAGES.get(primaryLanguage(language))?.(name) ?? '',
  };
}
