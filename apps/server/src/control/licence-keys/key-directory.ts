import { asc, eq } from 'drizzle-orm';
import type { Database } from '../../db/database.ts';
import { licenceKeys, projects } from '../../db/schema.ts';
import { ControlError } from '../control-error.ts';
import { type LicenceKey, licenceColumns } from './licence-keys.ts';

export type ListedKey = LicenceKey & { readonly projectName: string };

type ListedProject = { readonly projectId: string; readonly name: string };

/** Keys and projects of all users, for the command line of the machine. */
export type KeyDirectory = {
  /** Oldest first, those that are over too. */
  list(): Promise<ListedKey[]>;
  /** A key in force, by its id, or by how it begins where no other begins so. Throws `not-found` or `bad-request`. */
  find(idOrBeginning: string): Promise<ListedKey>;
  /** By id or name; left out: the only one there is. Throws `not-found` or `bad-request`. */
  findProject(idOrName: string | undefined): Promise<ListedProject>;
};

/** As many as a sentence can name. */
const MOST_NAMED = 5;

export function createKeyDirectory({ orm }: Pick<Database, 'orm'>): KeyDirectory {
  const list = (): Promise<ListedKey[]> =>
    orm
      .select({ ...licenceColumns, projectName: projects.name })
      .from(licenceKeys)
      .innerJoin(projects, eq(projects.id, licenceKeys.projectId))
      .orderBy(asc(licenceKeys.ordinal));

  return {
    list,

    async find(given) {
      const inForce = (await list()).filter(({ revokedAt }) => revokedAt === null);
      const [found, ...more] =
        inForce.filter(({ licenceId }) => licenceId === given).length > 0
          ? inForce.filter(({ licenceId }) => licenceId === given)
          : // The whole key begins with what is shown of it.
            inForce.filter(
              ({ keyPrefix }) => given !== '' && (given.startsWith(keyPrefix) || keyPrefix.startsWith(given)),
            );
      if (found === undefined) throw new ControlError('not-found', `There is no key in force “${shown(given)}”.`);
      if (more.length > 0) {
        throw new ControlError('bad-request', `Several keys begin with “${shown(given)}”: name the one by its id.`);
      }
      return found;
    },

    async findProject(given) {
      const all = await orm
        .select({ projectId: projects.id, name: projects.name })
        .from(projects)
        .orderBy(asc(projects.ordinal));
      const found =
        given === undefined ? all : all.filter(({ projectId, name }) => projectId === given || name === given);
      const [first] = found;
      if (found.length === 1 && first !== undefined) return first;
      const named = (found.length > 0 ? found : all)
        .slice(0, MOST_NAMED)
        .map(({ projectId, name }) => `${name} (${projectId})`);
      if (first === undefined) {
        const others =
          named.length === 0 ? 'there is none yet; make one in the console' : `there are ${named.join(', ')}`;
        throw new ControlError('not-found', `No project is “${given ?? ''}”: ${others}.`);
      }
      throw new ControlError(
        'bad-request',
        `Several projects could be meant: name one by its id, of ${named.join(', ')}.`,
      );
    },
  };
}

/** What was given may be a whole key, which no sentence repeats. */
function shown(given: string): string {
  return given.length > 20 && given.includes('_') ? `${given.slice(0, 15)}…` : given;
}
