import type { ListedKey } from '../control/licence-keys/key-directory.ts';
import type { LicenceLimits } from '../control/licence-keys/licence-keys.ts';
import { groupCommand } from './action-group.ts';
import { EXIT, UsageError } from './command.ts';
import { DATA_NOTE } from './notes.ts';

/** The machine's own command line. */
const ACTOR = { userId: null, ipAddress: null };

/** `visavis keys …`: licence keys of all projects. A new key stands on standard output alone, for programs that take it from there. */
export const keysCommand = groupCommand({
  name: 'keys',
  note: DATA_NOTE,
  actions: [
    {
      name: 'list',
      summary: 'lists licence keys: id, how each begins, name, project and state, with tabs between them',
      options: { project: { value: 'NAME', meaning: 'those of one project alone, by its name or id' } },
      async run({ config, options: { project } }) {
        const { maintain } = await import('./maintenance.ts');
        const keys = await maintain(config, async ({ directory }) => {
          const only = project === undefined ? null : (await directory.findProject(project)).projectId;
          return (await directory.list()).filter(({ projectId }) => only === null || projectId === only);
        });
        for (const key of keys) {
          const { licenceId, keyPrefix, name, projectName } = key;
          console.log([licenceId, `${keyPrefix}…`, name, projectName, stateOf(key)].join('\t'));
        }
        return EXIT.done;
      },
    },
    {
      name: 'create',
      takes: ['NAME'],
      summary: 'makes a licence key, and shows it',
      options: {
        project: { value: 'NAME', meaning: 'its project, by name or id; may be left out where there is one alone' },
        origins: {
          value: 'LIST',
          meaning: 'sites that may call with it, like https://example.org,https://example.com',
        },
        calls: { value: 'NUMBER', meaning: 'calls at a time' },
      },
      async run({ config, words: [name = ''], options }) {
        const wanted = await readWanted(name, options);
        const { maintain } = await import('./maintenance.ts');
        const { key, projectName } = await maintain(config, async ({ directory, keys }) => {
          const { projectId, name: found } = await directory.findProject(options.project);
          return { ...(await keys.create(ACTOR, projectId, wanted)), projectName: found };
        });
        console.error(`A key of the project ${projectName}:`);
        console.log(key);
        return EXIT.done;
      },
    },
    {
      name: 'reset',
      takes: ['KEY'],
      summary:
        'replaces a key, named by its id or how it begins, and shows the new one; the old one is refused from then on',
      async run({ config, words: [given = ''] }) {
        const { maintain } = await import('./maintenance.ts');
        const { found, key } = await maintain(config, async ({ directory, keys }) => {
          const licence = await directory.find(given);
          return { found: licence, key: (await keys.reset(ACTOR, licence.projectId, licence.licenceId)).key };
        });
        console.error(`The new key of “${found.name}”, project ${found.projectName}:`);
        console.log(key);
        return EXIT.done;
      },
    },
    {
      name: 'delete',
      takes: ['KEY'],
      summary: 'withdraws a key, named by its id or how it begins',
      async run({ config, words: [given = ''] }) {
        const { maintain } = await import('./maintenance.ts');
        const { name, projectName } = await maintain(config, async ({ directory, keys }) => {
          const licence = await directory.find(given);
          await keys.revoke(ACTOR, licence.projectId, licence.licenceId);
          return licence;
        });
        console.log(`The key “${name}” of the project ${projectName} is refused from now on.`);
        return EXIT.done;
      },
    },
  ],
});

function stateOf({ revokedAt, isPublic }: ListedKey): string {
  if (revokedAt !== null) return 'withdrawn';
  return isPublic ? 'in force, on the first page' : 'in force';
}

/** As the console would take it. */
async function readWanted(name: string, { origins, calls }: Readonly<Record<string, string | undefined>>) {
  const { createLicenceKeySchema } = await import('@visavis/protocol/rest');
  const { success, data, error } = createLicenceKeySchema.safeParse({
    name,
    ...(origins === undefined ? {} : { allowedOrigins: origins.split(',').map((origin) => origin.trim()) }),
    ...(calls === undefined ? {} : { maxConcurrentCalls: Number(calls) }),
  });
  if (success) return { name: data.name, ...limitsOf(data) };
  const [issue] = error.issues;
  const field = { allowedOrigins: '--origins', maxConcurrentCalls: '--calls' }[String(issue?.path[0])] ?? 'NAME';
  throw new UsageError(`${field} does not fit: ${issue?.message ?? 'it is no such value'}.`);
}

type Parsed = {
  readonly allowedOrigins?: readonly string[] | undefined;
  readonly maxConcurrentCalls?: number | undefined;
};

function limitsOf({ allowedOrigins, maxConcurrentCalls }: Parsed): Partial<LicenceLimits> {
  return {
    ...(allowedOrigins === undefined ? {} : { allowedOrigins }),
    ...(maxConcurrentCalls === undefined ? {} : { maxConcurrentCalls }),
  };
}
