import { readdirSync, readFileSync } from 'node:fs';
import { basename, join, relative } from 'node:path';

/** A test that says which requirement it proves: its name ends with the ids, as in `answers once [20.6] [19.hotel.tools]`. */
export type Citation = {
  readonly id: string;
  /** From the top folder. */
  readonly path: string;
  /** The name of the test without the ids. */
  readonly title: string;
  /** It runs in a browser, and is left out, with a warning, where there is none; in continuous integration that is an error. */
  readonly needsChromium: boolean;
};

const FOLDERS = ['apps', 'packages', 'tests', 'tools'];
/** Of the tests that run in a browser. */
const BROWSER_FOLDER = join('tests', 'e2e');
const LEFT_OUT = new Set(['node_modules', 'dist']);

/** A text in quotes that ends with ids. */
const CITING_TEXT = /(['"`])((?:\\.|(?!\1)[^\\\n])*?)((?: \[\d\d\.[a-z0-9.]+\])+)\1/g;
/** What stands before the name of a test: a call, a row of a table, or the field of a row that names it. */
const BEFORE_NAME = /(?:\(|\[|\b(?:client|name|what):)$/;
const NOT_RUN = /\b(?:skip|todo)\($/;

/** Every citation in the test files of the repository. */
export function readCitations(root: string): Citation[] {
  return FOLDERS.flatMap((folder) => testFilesIn(join(root, folder)))
    .map((file) => relative(root, file))
    .toSorted()
    .flatMap((path) => {
      const needsChromium = path.startsWith(BROWSER_FOLDER);
      return citationsIn(readFileSync(join(root, path), 'utf8')).map((found) => ({ ...found, path, needsChromium }));
    });
}

function testFilesIn(folder: string): string[] {
  return readdirSync(folder, { withFileTypes: true }).flatMap((entry) => {
    const path = join(folder, entry.name);
    if (entry.isDirectory()) return LEFT_OUT.has(entry.name) ? [] : testFilesIn(path);
    return isTestFile(folder, entry.name) ? [path] : [];
  });
}

/** Browser tests of one part may stand in a file of their own, which another one runs. */
function isTestFile(folder: string, name: string): boolean {
  return /\.test\.tsx?$/.test(name) || (basename(folder) === 'e2e' && name.endsWith('.ts'));
}

/** The citations of one file. Names of tests that are left out by their own word prove nothing. */
export function citationsIn(source: string): Pick<Citation, 'id' | 'title'>[] {
  return [...source.matchAll(CITING_TEXT)].flatMap(({ index, 2: title = '', 3: ids = '' }) => {
    const before = source.slice(Math.max(0, index - 200), index).trimEnd();
    if (!BEFORE_NAME.test(before) || NOT_RUN.test(before)) return [];
    return ids
      .trim()
      .split(' ')
      .map((id) => ({ id: id.slice(1, -1), title: title.replaceAll(/\\(.)/g, '$1') }));
  });
}

/** The same source with names of tests as they are without ids. */
export function withoutCitations(source: string): string {
  return source.replaceAll(/(?: \[\d\d\.[a-z0-9.]+\])+(?=['"`])/g, '');
}
