import { defineConfig } from 'vitest/config';
import { LongestFirst } from './tests/support/longest-first.ts';

const TIMED_EXPRESSIONS = ['tools/regular-expressions/*.test.ts'];

/** Attacks that measure nothing of what a neighbour notices: they may run beside anything. */
const UNMEASURED_ATTACKS = [
  'tests/security/{borrowed-keys,child-environment,file-modes,proxies-and-hosts,reconnecting,support/answer-times}.test.ts',
  'tests/fuzz/{bundle-manifest,openai-events,packets,signalling}.test.ts',
];

/** Attacks that keep all processors busy by themselves, and are judged by what the server holds meanwhile. */
const FLOODS = ['tests/security/{memory,text-flood}.test.ts'];

/** Pages in Chromium, calls among them, of which no picture, sound or time is measured: they may run beside anything. */
const UNMEASURED_PAGES = [
  'tests/e2e/{call-clients,console,console-abilities,console-quality,docs-site,embed,examples,installed,languages,lost-connections,newcomer,talk-page}.test.ts',
];

/** Makers of faces and films, and what orders them: they measure no time, and leave the processors to whoever wants them. */
const MAKERS = [
  'packages/face/src/**/*.integration.test.ts',
  'packages/media/src/frames/*.integration.test.ts',
  'apps/server/src/{control/films,jobs}/*.integration.test.ts',
  'apps/server/src/roles/{bundle,film}-process.integration.test.ts',
  'apps/server/src/http/{film-*,console-api/avatars}.integration.test.ts',
  'tests/integration/{films,film-kills,film-worker-kills,making-kills,sdk-films,worker-role}.test.ts',
];

/** What is polled may take a machine that is busy elsewhere its time; Vitest gives it one second. */
const PATIENT = { poll: { timeout: 15_000 } };

/** The longest test that has no limit of its own takes half a minute; on a machine that is four times slower, beside another, four. */
const MOST_MS = 240_000;

// Groups one after the other, so that none disturbs the timing of another; in each, the longest files first. `unit` and `growth` need
// nothing but Node; `integration` starts real parts (workers, databases, WebRTC peers) and kills them, two files at a time with attacks
// (`security-refusals`) and pages (`e2e-pages`) that measure no time; `security`, which attacks the real server while a neighbour talks, runs
// one file at a time beside two of `makers`, which take only what it leaves of the processors; `security-floods` and `e2e`, which measures
// calls in Chromium, run one file after the other. `npm test` runs all.
export default defineConfig({
  test: {
    sequence: { sequencer: LongestFirst },
    projects: [
      {
        test: {
          name: 'unit',
          include: ['{apps,packages}/*/src/**/*.test.ts', '{tools,tests/compatibility}/**/*.test.ts'],
          exclude: ['**/node_modules/**', '**/*.integration.test.ts', ...TIMED_EXPRESSIONS],
          expect: PATIENT,
          testTimeout: 20_000,
          hookTimeout: 60_000,
          // By default a core is left for whoever sits at the machine.
          maxWorkers: '100%',
          sequence: { groupOrder: 0 },
        },
      },
      {
        test: {
          name: 'growth',
          include: TIMED_EXPRESSIONS,
          expect: PATIENT,
          testTimeout: 20_000,
          // How the time of an expression grows is seen where little else runs: each has a core, and processor time is what counts.
          maxWorkers: 2,
          sequence: { groupOrder: 1 },
        },
      },
      {
        test: {
          name: 'integration',
          include: ['{apps,packages}/*/src/**/*.integration.test.ts', 'tests/{integration,durability}/**/*.test.ts'],
          exclude: ['**/node_modules/**', ...MAKERS],
          expect: PATIENT,
          testTimeout: MOST_MS,
          hookTimeout: MOST_MS,
          maxWorkers: 2,
          sequence: { groupOrder: 2 },
        },
      },
      {
        test: {
          name: 'security-refusals',
          include: UNMEASURED_ATTACKS,
          expect: PATIENT,
          testTimeout: MOST_MS,
          hookTimeout: 180_000,
          maxWorkers: 2,
          sequence: { groupOrder: 2 },
        },
      },
      {
        test: {
          name: 'security',
          include: ['tests/{security,fuzz}/**/*.test.ts'],
          exclude: ['**/node_modules/**', ...UNMEASURED_ATTACKS, ...FLOODS],
          expect: PATIENT,
          testTimeout: MOST_MS,
          hookTimeout: 180_000,
          // Attacks measure what a neighbour notices of them: one runs at a time, and beside it only what gives way.
          globalSetup: './tests/support/turns.ts',
          setupFiles: './tests/support/wait-for-turn.ts',
          maxWorkers: 3,
          sequence: { groupOrder: 3 },
        },
      },
      {
        test: {
          name: 'makers',
          include: MAKERS,
          expect: PATIENT,
          setupFiles: './tests/support/give-way.ts',
          // What gives way waits: three files share two processors here, and the attack comes first.
          testTimeout: 2 * MOST_MS,
          hookTimeout: 2 * MOST_MS,
          maxWorkers: 3,
          sequence: { groupOrder: 3 },
        },
      },
      {
        test: {
          name: 'security-floods',
          include: FLOODS,
          expect: PATIENT,
          testTimeout: MOST_MS,
          hookTimeout: 180_000,
          maxWorkers: 1,
          sequence: { groupOrder: 4 },
        },
      },
      {
        test: {
          name: 'e2e-pages',
          include: UNMEASURED_PAGES,
          globalSetup: './tests/support/build-console.ts',
          expect: PATIENT,
          testTimeout: 180_000,
          hookTimeout: 180_000,
          maxWorkers: 2,
          retry: 2,
          sequence: { groupOrder: 2 },
        },
      },
      {
        test: {
          name: 'e2e',
          include: ['tests/e2e/**/*.test.ts'],
          exclude: ['**/node_modules/**', ...UNMEASURED_PAGES],
          globalSetup: './tests/support/build-console.ts',
          expect: PATIENT,
          testTimeout: 180_000,
          hookTimeout: 180_000,
          maxWorkers: 1,
          // Pictures and sound are measured as they arrive; a machine that is busy elsewhere for a moment gets another try.
          retry: 2,
          sequence: { groupOrder: 4 },
        },
      },
    ],
  },
});
