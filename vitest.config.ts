import { defineConfig } from 'vitest/config';
import { LongestFirst } from './tests/support/longest-first.ts';

const TIMED_EXPRESSIONS = ['tools/regular-expressions/*.test.ts'];

/** Attacks that measure nothing of what a neighbour notices: two of these files may run at a time. */
const UNMEASURED_ATTACKS = [
  'tests/security/{borrowed-keys,child-environment,file-modes,proxies-and-hosts,reconnecting,support/answer-times}.test.ts',
  'tests/fuzz/{bundle-manifest,openai-events,packets,signalling}.test.ts',
];

/** Pages in Chromium, calls among them, of which no picture, sound or time is measured: two of these files may run at a time. */
const UNMEASURED_PAGES = ['tests/e2e/{console,console-quality,languages,lost-connections,newcomer,talk-page}.test.ts'];

// Projects one after the other, so that none disturbs the timing of another: `unit` and `growth` need nothing but Node;
// `integration` starts real parts (workers, databases, WebRTC peers) and kills them; `security-refusals` and `security` attack
// the real server, the second while a neighbour talks; `e2e-pages` and `e2e` drive Chromium against it, the second in measured calls.
// `npm test` runs all.
export default defineConfig({
  test: {
    sequence: { sequencer: LongestFirst },
    projects: [
      {
        test: {
          name: 'unit',
          include: ['{apps,packages}/*/src/**/*.test.ts', '{tools,tests/compatibility}/**/*.test.ts'],
          exclude: ['**/node_modules/**', '**/*.integration.test.ts', ...TIMED_EXPRESSIONS],
          testTimeout: 20_000,
          // By default a core is left for whoever sits at the machine.
          maxWorkers: '100%',
          sequence: { groupOrder: 0 },
        },
      },
      {
        test: {
          name: 'growth',
          include: TIMED_EXPRESSIONS,
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
          testTimeout: 90_000,
          hookTimeout: 90_000,
          maxWorkers: 2,
          sequence: { groupOrder: 2 },
        },
      },
      {
        test: {
          name: 'security-refusals',
          include: UNMEASURED_ATTACKS,
          testTimeout: 90_000,
          hookTimeout: 180_000,
          maxWorkers: 2,
          sequence: { groupOrder: 3 },
        },
      },
      {
        test: {
          name: 'security',
          include: ['tests/{security,fuzz}/**/*.test.ts'],
          exclude: ['**/node_modules/**', ...UNMEASURED_ATTACKS],
          testTimeout: 90_000,
          hookTimeout: 180_000,
          // Attacks measure what a neighbour notices of them: nothing else may run beside.
          maxWorkers: 1,
          sequence: { groupOrder: 4 },
        },
      },
      {
        test: {
          name: 'e2e-pages',
          include: UNMEASURED_PAGES,
          globalSetup: './tests/support/build-console.ts',
          testTimeout: 180_000,
          hookTimeout: 180_000,
          maxWorkers: 2,
          retry: 2,
          sequence: { groupOrder: 5 },
        },
      },
      {
        test: {
          name: 'e2e',
          include: ['tests/e2e/**/*.test.ts'],
          exclude: ['**/node_modules/**', ...UNMEASURED_PAGES],
          globalSetup: './tests/support/build-console.ts',
          testTimeout: 180_000,
          hookTimeout: 180_000,
          maxWorkers: 1,
          // Pictures and sound are measured as they arrive; a machine that is busy elsewhere for a moment gets another try.
          retry: 2,
          sequence: { groupOrder: 6 },
        },
      },
    ],
  },
});
