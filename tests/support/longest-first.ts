import { BaseSequencer, type TestSpecification } from 'vitest/node';

/**
 * Files that take half a minute and more, the longest first. Begun in this order, two workers end at about the same time; by size,
 * as Vitest sorts what it has not run before, the last and longest is waited for alone.
 */
const LONGEST = [
  'e2e/newcomer.test.ts',
  'e2e/console-quality.test.ts',
  'e2e/console.test.ts',
  'durability/kill.test.ts',
  'e2e/talk-page.test.ts',
  'integration/making-kills.test.ts',
  'bundle/make-clip-bundle.integration.test.ts',
  'e2e/embed.test.ts',
  'security/file-modes.test.ts',
  'e2e/lost-connections.test.ts',
  'db/repair-database.integration.test.ts',
  'worker/media-pool.integration.test.ts',
  'bundle/make-bundle.integration.test.ts',
  'drawing/filmed-mouth.integration.test.ts',
  'photo/photo-memory.integration.test.ts',
  'roles/bundle-process.integration.test.ts',
  'durability/power-cut.test.ts',
  'integration/short-words.test.ts',
  'durability/kill-postgres.test.ts',
  'clip/clip-refusals.integration.test.ts',
  'db/unusable-folder.integration.test.ts',
  'clip/restless-clips.integration.test.ts',
  'frames/face.integration.test.ts',
  'film/render-speech.integration.test.ts',
  'db/database.integration.test.ts',
  'integration/echo.test.ts',
  'src/main.integration.test.ts',
  'security/borrowed-keys.test.ts',
  // Two of these run at a time: those that keep a processor busy beside those that wait.
  'security/odd-values.test.ts',
  'security/upload-fairness.test.ts',
  'security/slow-clients.test.ts',
  'security/unread-answers.test.ts',
  'fuzz/rest.test.ts',
  'security/worker-freeze.test.ts',
  'security/quotas.test.ts',
  'fuzz/socket.test.ts',
];

/** Runs the files of projects that run together as before, but those that take longest first. */
export class LongestFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const byGroup = Map.groupBy(await super.sort(files), ({ project }) => project.config.sequence.groupOrder);
    return [...byGroup.values()].flatMap((together) => together.toSorted((a, b) => rankOf(a) - rankOf(b)));
  }
}

function rankOf({ moduleId }: TestSpecification): number {
  const rank = LONGEST.findIndex((ending) => moduleId.endsWith(ending));
  return rank < 0 ? LONGEST.length : rank;
}
