import { defineConfig } from 'vitest/config';

// Four projects, one after the other, so that none disturbs the timing of another: `unit` needs nothing but Node;
// `integration` starts real parts (workers, databases, WebRTC peers) and kills them; `security` attacks the real server while a
// neighbour talks; `e2e` drives Chromium against it. `npm test` runs all of them.
export default defineConfig({
  test: {
    projects: [
      {
        test: {
          name: 'unit',
          include: ['{apps,packages}/*/src/**/*.test.ts', 'tools/**/*.test.ts'],
          exclude: ['**/node_modules/**', '**/*.integration.test.ts'],
          testTimeout: 20_000,
          sequence: { groupOrder: 0 },
        },
      },
      {
        test: {
          name: 'integration',
          include: ['{apps,packages}/*/src/**/*.integration.test.ts', 'tests/{integration,durability}/**/*.test.ts'],
          testTimeout: 90_000,
          hookTimeout: 90_000,
          maxWorkers: 2,
          sequence: { groupOrder: 1 },
        },
      },
      {
        test: {
          name: 'security',
          include: ['tests/{security,fuzz}/**/*.test.ts'],
          testTimeout: 90_000,
          hookTimeout: 180_000,
          // Attacks measure what a neighbour notices of them: nothing else may run beside.
          maxWorkers: 1,
          sequence: { groupOrder: 2 },
        },
      },
      {
        test: {
          name: 'e2e',
          include: ['tests/e2e/**/*.test.ts'],
          globalSetup: './tests/support/build-console.ts',
          testTimeout: 180_000,
          hookTimeout: 180_000,
          maxWorkers: 1,
          // Pictures and sound are measured as they arrive; a machine that is busy elsewhere for a moment gets another try.
          retry: 2,
          sequence: { groupOrder: 3 },
        },
      },
    ],
  },
});
