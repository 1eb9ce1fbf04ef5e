import { mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { StartError } from '../start-error.ts';
import { arrivingFolderOf } from './arriving-folder.ts';

let root: string;
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'visavis-node-'));
});
afterEach(() => rmSync(root, { recursive: true }));

test('a node has one folder for what arrives at all its starts, and no other node has it', () => {
  const folder = arrivingFolderOf(root);
  expect(dirname(folder)).toBe(join(root, 'files', 'arriving'));
  expect(arrivingFolderOf(root)).toBe(folder);
  expect(statSync(join(root, 'node.id')).mode & 0o777).toBe(0o600);
  rmSync(join(root, 'node.id'));
  expect(arrivingFolderOf(root)).not.toBe(folder);
});

test.each(['', '../../elsewhere\n', 'node 1\n'])('a name of a node that is none (%j) leads nowhere', (text) => {
  writeFileSync(join(root, 'node.id'), text);
  expect(() => arrivingFolderOf(root)).toThrow(StartError);
});
