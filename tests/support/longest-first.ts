import { BaseSequencer, type TestSpecification } from 'vitest/node';

/**
 * About how many seconds files take of a machine with two processors, if it is more than half a minute. Begun in this order, two workers end
 * at about the same time; by size, as Vitest sorts what it has not run before, the last and longest is waited for alone.
 */
const SECONDS: Readonly<Record<string, number>> = {
  'e2e/console.test.ts': 236,
  'e2e/console-quality.test.ts': 236,
  'e2e/talk-page.test.ts': 129,
  'e2e/lost-connections.test.ts': 126,
  'e2e/newcomer.test.ts': 121,
  'e2e/embed.test.ts': 112,
  'integration/films.test.ts': 109,
  'durability/kill.test.ts': 109,
  'e2e/call-clients.test.ts': 106,
  'e2e/examples.test.ts': 96,
  'integration/film-refusals.test.ts': 94,
  'db/repair-database.integration.test.ts': 80,
  'worker/media-pool.integration.test.ts': 59,
  'integration/two-nodes.test.ts': 60,
  'integration/making-kills.test.ts': 56,
  'durability/kill-postgres.test.ts': 54,
  'e2e/installed.test.ts': 51,
  'integration/film-worker-kills.test.ts': 50,
  'db/database.integration.test.ts': 47,
  'integration/worker-role.test.ts': 46,
  'e2e/docs-site.test.ts': 46,
  'db/unusable-folder.integration.test.ts': 44,
  'e2e/languages.test.ts': 38,
  'integration/short-words.test.ts': 37,
  'integration/film-kills.test.ts': 35,
  'roles/bundle-process.integration.test.ts': 35,
  // Beside attacks.
  'bundle/make-clip-bundle.integration.test.ts': 133,
  'photo/photo-memory.integration.test.ts': 45,
  'frames/face.integration.test.ts': 42,
  'bundle/make-bundle.integration.test.ts': 37,
  'film/render-speech.integration.test.ts': 36,
  'drawing/filmed-mouth.integration.test.ts': 31,
  // Attacks.
  'security/odd-values.test.ts': 170,
  'security/upload-fairness.test.ts': 86,
  'security/slow-clients.test.ts': 75,
  'security/unread-answers.test.ts': 68,
  'security/worker-freeze.test.ts': 41,
  'security/disk-full.test.ts': 33,
  'fuzz/rest.test.ts': 31,
};
const MOST_OTHERS_SECONDS = 20;
/** The project whose files run one at a time, beside others of their group: see `turns.ts`. */
const TAKES_TURNS = 'security';

/** Runs the files of projects that run together as before, but those that take longest first. */
export class LongestFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const byGroup = Map.groupBy(await super.sort(files), ({ project }) => project.config.sequence.groupOrder);
    return [...byGroup.values()].flatMap((together) => {
      const sorted = together.toSorted((a, b) => secondsOf(b) - secondsOf(a));
      const inTurn = sorted.filter(({ project }) => project.name === TAKES_TURNS);
      return merge(
        inTurn,
        sorted.filter((file) => !inTurn.includes(file)),
      );
    });
  }
}

/** As two workers would begin them that have one of the lists each: neither finds the next of those that take turns too early. */
function merge(one: readonly TestSpecification[], other: readonly TestSpecification[]): TestSpecification[] {
  const begun = [one, other].flatMap((files) => {
    let atSeconds = 0;
    return files.map((file) => {
      const entry = { file, atSeconds };
      atSeconds += secondsOf(file);
      return entry;
    });
  });
  return begun.toSorted((a, b) => a.atSeconds - b.atSeconds).map(({ file }) => file);
}

function secondsOf({ moduleId }: TestSpecification): number {
  const known = Object.keys(SECONDS).find((ending) => moduleId.endsWith(ending));
  return known === undefined ? MOST_OTHERS_SECONDS : (SECONDS[known] ?? 0);
}
