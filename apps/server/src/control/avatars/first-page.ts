import { asc, eq, inArray, isNull, or, sql } from 'drizzle-orm';
import type { Database } from '../../db/database.ts';
import { avatars } from '../../db/schema.ts';
import { ControlError } from '../control-error.ts';
import type { Avatar, AvatarCatalogue } from './avatar-catalogue.ts';

export type FirstPageAvatar = {
  readonly avatar: Avatar;
  /** Whether the operator has switched it on; only ready ones are shown then. */
  readonly isShown: boolean;
};

export type FirstPageOptions = {
  readonly db: Pick<Database, 'orm'>;
  readonly catalogue: AvatarCatalogue;
  /** Whose avatars can be shown, beside the built-in ones; null: there is no such project. */
  readonly demoProjectId: string | null;
};

/** Which avatars visitors meet on the first page, and in which order. */
export class FirstPage {
  readonly #options: FirstPageOptions;

  constructor(options: FirstPageOptions) {
    this.#options = options;
  }

  /** Those that are shown, in their order; then those that could be, own ones first. */
  async list(): Promise<FirstPageAvatar[]> {
    const { catalogue, demoProjectId } = this.#options;
    if (demoProjectId === null) return [];
    const [offered, shownIds] = await Promise.all([catalogue.list(demoProjectId), this.#shownIds()]);
    const place = ({ avatarId }: Avatar) => shownIds.indexOf(avatarId);
    const shown = offered.filter((avatar) => place(avatar) >= 0).sort((one, other) => place(one) - place(other));
    const others = offered.filter((avatar) => place(avatar) < 0);
    return [
      ...shown.map((avatar) => ({ avatar, isShown: true })),
      ...others.map((avatar) => ({ avatar, isShown: false })),
    ];
  }

  /** Shows these and no others, in this order. Throws `bad-request` when one of them cannot be shown. */
  async show(avatarIds: readonly string[]): Promise<void> {
    const offered = new Set((await this.list()).map(({ avatar }) => avatar.avatarId));
    if (avatarIds.some((id) => !offered.has(id)) || new Set(avatarIds).size !== avatarIds.length) {
      throw new ControlError('bad-request', 'Give each avatar of the demo project and each built-in one once at most.');
    }
    await this.#options.db.orm.transaction(async (transaction) => {
      await transaction.update(avatars).set({ talkPagePlace: null }).where(this.#isOffered());
      if (avatarIds.length === 0) return;
      const places = sql.join(
        avatarIds.map((id, place) => sql`when ${avatars.id} = ${id} then ${place}::integer`),
        sql` `,
      );
      await transaction
        .update(avatars)
        .set({ talkPagePlace: sql`case ${places} end` })
        .where(inArray(avatars.id, [...avatarIds]));
    });
  }

  async #shownIds(): Promise<string[]> {
    const rows = await this.#options.db.orm
      .select({ id: avatars.id, place: avatars.talkPagePlace })
      .from(avatars)
      .where(this.#isOffered())
      .orderBy(asc(avatars.talkPagePlace), asc(avatars.ordinal));
    return rows.filter(({ place }) => place !== null).map(({ id }) => id);
  }

  #isOffered() {
    const { demoProjectId } = this.#options;
    const isBuiltIn = isNull(avatars.projectId);
    return demoProjectId === null ? isBuiltIn : or(isBuiltIn, eq(avatars.projectId, demoProjectId));
  }
}
