import type { FirstSteps as Steps } from '@visavis/protocol/rest';
import { sql } from 'drizzle-orm';
import type { Database } from '../../db/database.ts';
import { avatars, licenceKeys, type ProjectFirst, projectFirsts } from '../../db/schema.ts';
import { LINK_KEY_PREFIX } from '../licence-keys/licence-key.ts';

/** How far a project has come: what is there now, and what has happened once, whatever was deleted since. */
export type FirstSteps = {
  /** Remembers that it has happened, once for all. Never rejects. */
  note(projectId: string, what: ProjectFirst): Promise<void>;
  /** A call has begun. `isFromElsewhere`: not from a page of this server. Never rejects, and asks the database once per step. */
  noteCall(call: {
    readonly projectId: string;
    readonly isOwnAvatar: boolean;
    readonly isFromElsewhere: boolean;
  }): Promise<void>;
  /** Resolves when all that was noted so far is written, or has failed. */
  drain(): Promise<void>;
  of(projectId: string): Promise<Steps>;
};

type FirstStepsOptions = {
  readonly db: Pick<Database, 'orm'>;
  readonly logger: { warn(fields: Readonly<Record<string, unknown>>, message: string): void };
};

/** Steps that are known to be written: no call asks the database again. */
const MAX_REMEMBERED = 10_000;

export function createFirstSteps({ db: { orm }, logger }: FirstStepsOptions): FirstSteps {
  const written = new Set<string>();
  const pending = new Set<Promise<void>>();

  /** Only for a project that is there. */
  const write = async (projectId: string, what: ProjectFirst): Promise<void> => {
    const step = `${what} ${projectId}`;
    if (written.has(step)) return;
    try {
      const { rows } = await orm.execute(sql`
        with added as (
          insert into ${projectFirsts} (project_id, what)
          select id, ${what} from projects where id = ${projectId}
          on conflict do nothing returning project_id
        )
        select project_id from added
        union all select project_id from ${projectFirsts} where project_id = ${projectId} and what = ${what}`);
      if (written.size >= MAX_REMEMBERED) written.clear();
      if (rows.length > 0) written.add(step);
    } catch (error) {
      logger.warn({ projectId, what, error: String(error) }, 'A first step of a project could not be written down');
    }
  };

  const note = (projectId: string, what: ProjectFirst): Promise<void> => {
    const work = write(projectId, what).finally(() => pending.delete(work));
    pending.add(work);
    return work;
  };

  return {
    note,
    async noteCall({ projectId, isOwnAvatar, isFromElsewhere }) {
      await Promise.all([isOwnAvatar && note(projectId, 'talk'), isFromElsewhere && note(projectId, 'call')]);
    },
    async drain() {
      await Promise.all(pending);
    },
    async of(projectId) {
      const { rows } = await orm.execute(sql`
        select
          exists (select 1 from ${avatars} where project_id = ${projectId} and state <> 'failed' and binned_at is null) as avatar,
          exists (
            select 1 from ${licenceKeys}
            where project_id = ${projectId} and revoked_at is null and not is_public
              and not starts_with(key_prefix, ${LINK_KEY_PREFIX})
          ) as key,
          array(select what from ${projectFirsts} where project_id = ${projectId}) as firsts`);
      const { avatar, key, firsts } = rows[0] as { avatar: boolean; key: boolean; firsts: ProjectFirst[] };
      const has = (what: ProjectFirst) => firsts.includes(what);
      // Who has called from a page has put it there.
      return { avatar, talk: has('talk'), key, embed: has('embed') || has('call'), call: has('call') };
    },
  };
}
