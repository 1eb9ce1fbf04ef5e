import { globSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { expect, it } from 'vitest';

const FOLDERS = ['apps/console/src', 'packages/sdk/src'].map((folder) =>
  path.resolve(import.meta.dirname, '../../..', folder),
);
/** A statement that imports values; the schemas behind them weigh 25 KB. */
const VALUES = /^(?:import|export) (?!type\b)[^;]*from '@visavis\/protocol\/rest'/m;

it('browser code reads of what REST carries the types alone', () => {
  const files = FOLDERS.flatMap((folder) => globSync(`${folder}/**/*.{ts,tsx}`)).filter(
    (file) => !/\.test\.tsx?$/.test(file),
  );
  expect(files.length).toBeGreaterThan(150);
  expect(files.filter((file) => VALUES.test(readFileSync(file, 'utf8')))).toEqual([]);
});

it('would notice a value', () => {
  expect(VALUES.test("import {\n  BIN_DAYS,\n  type Avatar,\n} from '@visavis/protocol/rest';")).toBe(true);
  expect(VALUES.test("import { x } from './y.ts';\nimport type { Avatar } from '@visavis/protocol/rest';")).toBe(false);
});
