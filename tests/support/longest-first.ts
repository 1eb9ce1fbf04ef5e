import { BaseSequencer, type TestSpecification } from 'vitest/node';

/**
 * About how many seconds files take of a machine with two processors, if it is more than half a minute. Begun in this order, two workers end
 * at about the same time; by size, as Vitest sorts what it has not run before, the last and longest is waited for alone.
 */
const SECONDS: Readonly<Record<string, number>> = {
  'e2e/newcomer.test.ts': 420,
  'e2e/console-quality.test.ts': 390,
  'e2e/console.test.ts': 330,
  'durability/kill.test.ts': 270,
  'e2e/installed.test.ts': 250,
  'e2e/talk-page.test.ts': 210,
  'integration/making-kills.test.ts': 200,
  'e2e/embed.test.ts': 200,
  'e2e/examples.test.ts': 150,
  'e2e/lost-connections.test.ts': 130,
  'db/repair-database.integration.test.ts': 125,
  'worker/media-pool.integration.test.ts': 120,
  'integration/packages.test.ts': 110,
  'roles/bundle-process.integration.test.ts': 105,
  'durability/power-cut.test.ts': 100,
  'integration/short-words.test.ts': 95,
  'durability/kill-postgres.test.ts': 60,
  'db/unusable-folder.integration.test.ts': 85,
  'db/database.integration.test.ts': 75,
  'integration/echo.test.ts': 70,
  'e2e/call-clients.test.ts': 70,
  'e2e/languages.test.ts': 65,
  'src/main.integration.test.ts': 60,
  'e2e/docs-site.test.ts': 60,
  'security/file-modes.test.ts': 60,
  'security/borrowed-keys.test.ts': 55,
  // Beside attacks.
  'bundle/make-clip-bundle.integration.test.ts': 220,
  'bundle/make-bundle.integration.test.ts': 110,
  'drawing/filmed-mouth.integration.test.ts': 100,
  'photo/photo-memory.integration.test.ts': 90,
  'frames/face.integration.test.ts': 80,
  'clip/clip-refusals.integration.test.ts': 70,
  'clip/restless-clips.integration.test.ts': 60,
  'film/render-speech.integration.test.ts': 50,
  // Attacks.
  'security/odd-values.test.ts': 120,
  'security/upload-fairness.test.ts': 110,
  'security/slow-clients.test.ts': 100,
  'security/unread-answers.test.ts': 90,
  'fuzz/rest.test.ts': 60,
  'security/worker-freeze.test.ts': 55,
  'security/quotas.test.ts': 50,
  'fuzz/socket.test.ts': 45,
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
