import { and, eq, inArray } from 'drizzle-orm';
import type { Database } from '../../db/database.ts';
import { voiceKeys } from '../../db/voice-schema.ts';
import { notFound } from '../control-error.ts';
import { isPublicId, newPublicId } from '../ids.ts';
import { alone, quotaReached } from '../quotas/quotas.ts';
import type { SecretBox } from '../secrets/secret-box.ts';

/** A key of some service, as it may be shown. */
export type VoiceKey = {
  readonly keyId: string;
  readonly name: string;
  /** It is sent nowhere else. */
  readonly origin: string;
  /** Its last characters, to be told from others. */
  readonly endsIn: string;
  readonly createdAt: Date;
};

const MAX_KEYS = 50;
const SHOWN_CHARACTERS = 4;
/** Of a short key nothing is shown: too little of it would be left to guess. */
const SHOWN_OF_AT_LEAST = 16;

/** Keys that a project has at services for voices. What they are leaves the server towards these services alone. */
export class VoiceKeys {
  readonly #db: Pick<Database, 'orm'>;
  readonly #box: SecretBox;

  constructor(db: Pick<Database, 'orm'>, box: SecretBox) {
    this.#db = db;
    this.#box = box;
  }

  /** The oldest first. */
  async list(projectId: string): Promise<VoiceKey[]> {
    const rows = await this.#db.orm
      .select()
      .from(voiceKeys)
      .where(eq(voiceKeys.projectId, projectId))
      .orderBy(voiceKeys.ordinal);
    return rows.map(toVoiceKey);
  }

  async create(projectId: string, given: { name: string; origin: string; key: string }): Promise<VoiceKey> {
    const id = newPublicId();
    const { bytes, keyId: encryptionKeyId } = this.#box.seal(given.key, id);
    const endsIn = given.key.length >= SHOWN_OF_AT_LEAST ? given.key.slice(-SHOWN_CHARACTERS) : '';
    const { name, origin } = given;
    return alone(this.#db, { what: 'project', id: projectId }, async (transaction) => {
      if ((await transaction.$count(voiceKeys, eq(voiceKeys.projectId, projectId))) >= MAX_KEYS) {
        throw quotaReached('voice-keys-full', MAX_KEYS);
      }
      const [row] = await transaction
        .insert(voiceKeys)
        .values({ id, projectId, name, origin, endsIn, keyEncrypted: bytes, encryptionKeyId })
        .returning();
      if (row === undefined) throw notFound('key');
      return toVoiceKey(row);
    });
  }

  /** Avatars that use it speak no more until they are given another one. */
  async remove(projectId: string, keyId: string): Promise<VoiceKey> {
    const [row] = isPublicId(keyId)
      ? await this.#db.orm
          .delete(voiceKeys)
          .where(isOf(projectId, [keyId]))
          .returning()
      : [];
    if (row === undefined) throw notFound('key');
    return toVoiceKey(row);
  }

  /** Where each of them may be sent; those of other projects are not there. */
  async origins(projectId: string, keyIds: readonly string[]): Promise<ReadonlyMap<string, string>> {
    if (keyIds.length === 0) return new Map();
    const rows = await this.#db.orm.select().from(voiceKeys).where(isOf(projectId, keyIds));
    return new Map(rows.map(({ id, origin }) => [id, origin]));
  }

  /** The keys themselves, for a call. */
  async open(projectId: string, keyIds: readonly string[]): Promise<ReadonlyMap<string, string>> {
    if (keyIds.length === 0) return new Map();
    const rows = await this.#db.orm.select().from(voiceKeys).where(isOf(projectId, keyIds));
    return new Map(
      rows.map(({ id, keyEncrypted: bytes, encryptionKeyId: keyId }) => [id, this.#box.open({ bytes, keyId }, id)]),
    );
  }
}

function isOf(projectId: string, keyIds: readonly string[]) {
  return and(eq(voiceKeys.projectId, projectId), inArray(voiceKeys.id, [...keyIds]));
}

function toVoiceKey({ id: keyId, name, origin, endsIn, createdAt }: typeof voiceKeys.$inferSelect): VoiceKey {
  return { keyId, name, origin, endsIn, createdAt };
}
