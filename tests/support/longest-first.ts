import { BaseSequencer, type TestSpecification } from 'vitest/node';

/**
 * About how many seconds files take of a machine with two processors, if it is about half a minute or more. Begun in this order, two workers end
 * at about the same time; by size, as Vitest sorts what it has not run before, the last and longest is waited for alone.
 */
const SECONDS: Readonly<Record<string, number>> = {
  'e2e/console-quality.test.ts': 190,
  'durability/kill.test.ts': 146,
  'e2e/console.test.ts': 141,
  'e2e/newcomer.test.ts': 125,
  'e2e/lost-connections.test.ts': 111,
  'e2e/embed.test.ts': 102,
  'integration/film-refusals.test.ts': 94,
  'e2e/talk-page.test.ts': 82,
  'e2e/installed.test.ts': 67,
  'e2e/call-clients.test.ts': 65,
  'e2e/examples.test.ts': 64,
  'worker/media-pool.integration.test.ts': 60,
  'db/repair-database.integration.test.ts': 50,
  'db/database.integration.test.ts': 41,
  'durability/power-cut.test.ts': 41,
  'durability/kill-postgres.test.ts': 40,
  'integration/two-nodes.test.ts': 37,
  'e2e/languages.test.ts': 35,
  'integration/short-words.test.ts': 35,
  'integration/echo.test.ts': 32,
  'e2e/console-films.test.ts': 28,
  'db/unusable-folder.integration.test.ts': 25,
  // Beside attacks.
  'bundle/make-clip-bundle.integration.test.ts': 150,
  'integration/films.test.ts': 78,
  'integration/worker-role.test.ts': 53,
  'integration/making-kills.test.ts': 52,
  'integration/film-worker-kills.test.ts': 50,
  'bundle/make-bundle.integration.test.ts': 37,
  'photo/photo-memory.integration.test.ts': 37,
  'integration/film-kills.test.ts': 35,
  'film/dubbing/dub-clip.integration.test.ts': 34,
  'film/dubbing/dub-options.integration.test.ts': 34,
  'film/dubbing/dub-scenes.integration.test.ts': 34,
  'clip/clip-refusals.integration.test.ts': 30,
  'dubbing/choose-speaker.integration.test.ts': 30,
  'frames/face.integration.test.ts': 29,
  'jobs/jobs-kill.integration.test.ts': 29,
  'drawing/filmed-mouth.integration.test.ts': 28,
  'films/films.integration.test.ts': 26,
  'film/render-speech.integration.test.ts': 25,
  // Attacks.
  'security/odd-values.test.ts': 211,
  'security/upload-fairness.test.ts': 124,
  'security/slow-clients.test.ts': 76,
  'security/unread-answers.test.ts': 71,
  'security/worker-freeze.test.ts': 52,
  'security/file-modes.test.ts': 42,
  'security/disk-full.test.ts': 37,
  'fuzz/rest.test.ts': 35,
  'security/quotas.test.ts': 34,
  'fuzz/socket.test.ts': 33,
  'security/borrowed-keys.test.ts': 33,
  'security/arena.test.ts': 31,
  'security/login-lockout.test.ts': 29,
  'security/token-races.test.ts': 28,
};
const MOST_OTHERS_SECONDS = 20;
/** The project whose files run one at a time, beside others of their group: see `turns.ts`. */
const TAKES_TURNS = 'security';
/** How many files of the others run beside it. */
const BESIDE = 2;

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

/** As if one worker had those that take turns, and the others the rest: none finds the next of those that take turns too early. */
function merge(inTurn: readonly TestSpecification[], others: readonly TestSpecification[]): TestSpecification[] {
  const begun = [...begunBy(1, inTurn), ...begunBy(BESIDE, others)];
  return begun.toSorted((a, b) => a.atSeconds - b.atSeconds).map(({ file }) => file);
}

/** When each file begins, if `workers` take one after the other. */
function begunBy(
  workers: number,
  files: readonly TestSpecification[],
): { file: TestSpecification; atSeconds: number }[] {
  const freeAtSeconds = new Array<number>(workers).fill(0);
  return files.map((file) => {
    const atSeconds = Math.min(...freeAtSeconds);
    freeAtSeconds[freeAtSeconds.indexOf(atSeconds)] = atSeconds + secondsOf(file);
    return { file, atSeconds };
  });
}

function secondsOf({ moduleId }: TestSpecification): number {
  const known = Object.keys(SECONDS).find((ending) => moduleId.endsWith(ending));
  return known === undefined ? MOST_OTHERS_SECONDS : (SECONDS[known] ?? 0);
}
