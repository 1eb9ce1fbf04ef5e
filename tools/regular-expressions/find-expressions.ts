import { readdirSync, readFileSync } from 'node:fs';
import { parseAst } from 'rolldown/parseAst';

/** A regular expression of the code, and where it stands. `line` counts from 1. */
export type Expression = {
  readonly file: string;
  readonly line: number;
  readonly pattern: string;
  readonly flags: string;
};

export type FoundExpressions = {
  readonly literals: readonly Expression[];
  /** Places that build an expression while the program runs: what it will be cannot be judged here. */
  readonly built: readonly { readonly file: string; readonly line: number }[];
};

const SOURCE = /^(?:apps|packages)\/[^/]+\/src\/.+\.tsx?$/;
const NOT_SHIPPED = /\.test\.tsx?$|\.fixture\.ts$|\/testing\/|\/node_modules\//;

/** Paths of the files that are shipped, relative to the root of the repository. */
export function productionFiles(root: string): string[] {
  return ['apps', 'packages']
    .flatMap((folder) => readdirSync(`${root}/${folder}`).map((name) => `${folder}/${name}/src`))
    .flatMap((folder) =>
      readdirSync(`${root}/${folder}`, { recursive: true, encoding: 'utf8' }).map((name) => `${folder}/${name}`),
    )
    .filter((file) => SOURCE.test(file) && !NOT_SHIPPED.test(file))
    .toSorted();
}

/** Every regular expression in these files, found in their syntax tree. */
export function findExpressions(root: string, files: readonly string[]): FoundExpressions {
  const literals: Expression[] = [];
  const built: { file: string; line: number }[] = [];
  for (const file of files) {
    const text = readFileSync(`${root}/${file}`, 'utf8');
    const lineOf = (offset: number): number => text.slice(0, offset).split('\n').length;
    visit(parseAst(text, { lang: file.endsWith('x') ? 'tsx' : 'ts' }), (node) => {
      const { regex, callee } = node;
      if (node.type === 'Literal' && isRecord(regex)) {
        const { pattern, flags } = regex;
        literals.push({ file, line: lineOf(Number(node.start)), pattern: String(pattern), flags: String(flags) });
      }
      const isCall = node.type === 'NewExpression' || node.type === 'CallExpression';
      if (isCall && isRecord(callee) && callee.name === 'RegExp')
        built.push({ file, line: lineOf(Number(node.start)) });
    });
  }
  return { literals, built };
}

function visit(node: unknown, enter: (node: Record<string, unknown>) => void): void {
  if (Array.isArray(node)) for (const child of node) visit(child, enter);
  if (!isRecord(node)) return;
  enter(node);
  for (const child of Object.values(node)) visit(child, enter);
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
