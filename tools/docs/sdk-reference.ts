import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { type Declaration, readDeclarations } from './declarations.ts';
import { codeBlock, codeTable, generatedBy, prose } from './markdown.ts';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));
const SDK = join(ROOT, 'packages/sdk');
const PROTOCOL = join(ROOT, 'packages/protocol/src');

const KINDS = [
  ['class', 'Classes'],
  ['function', 'Functions'],
  ['type', 'Types'],
  ['value', 'Values'],
] as const;

/** The page of all that `@visavis/sdk` exports, from its docstrings. */
export function renderSdkReference(): string {
  const parts = entries().map(({ module, file }) => renderModule(module, exportsOf(file)));
  return [
    generatedBy('the docstrings of packages/sdk'),
    '# SDK reference\n',
    'Everything that the SDK exports, as its code says it. How to use it: [SDK](../../packages/sdk/README.md).\n',
    ...parts,
  ].join('\n');
}

/** The modules of the package, as its manifest has them. The recorder, a file for browsers to load, exports nothing. */
function entries(): { readonly module: string; readonly file: string }[] {
  const manifest = JSON.parse(readFileSync(join(SDK, 'package.json'), 'utf8')) as { exports: Record<string, string> };
  return Object.entries(manifest.exports)
    .filter(([, file]) => file.endsWith('.ts'))
    .map(([entry, file]) => ({ module: `@visavis/sdk${entry.slice(1)}`, file: join(SDK, file) }));
}

/** What an entry exports, wherever it is declared. */
function exportsOf(file: string): Declaration[] {
  const { own, passedOn } = readDeclarations(readFileSync(file, 'utf8'));
  const others = passedOn.map(({ name, as, from }) => ({ ...find(name, file, from), name: as }));
  return [...own, ...others].sort((a, b) => a.name.localeCompare(b.name, 'en'));
}

function find(name: string, importer: string, from: string): Declaration {
  const files = from.startsWith('.') ? [join(importer, '..', from)] : sourcesOf(PROTOCOL);
  for (const file of files) {
    const { own, passedOn } = readDeclarations(readFileSync(file, 'utf8'));
    const found = own.find((declaration) => declaration.name === name);
    if (found !== undefined) return found;
    const further = passedOn.find(({ as }) => as === name);
    if (further !== undefined && from.startsWith('.')) return find(further.name, file, further.from);
  }
  throw new Error(`${importer} exports ${name}, which is declared nowhere.`);
}

function sourcesOf(folder: string): string[] {
  return readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.ts') && !name.endsWith('.test.ts'))
    .map((name) => join(folder, name));
}

function renderModule(module: string, declarations: readonly Declaration[]): string {
  const parts = KINDS.flatMap(([kind, title]) => {
    const ofKind = declarations.filter((declaration) => declaration.kind === kind);
    return ofKind.length === 0 ? [] : [`### ${title} of ${module}\n`, ...ofKind.map(renderDeclaration)];
  });
  return [`## ${module}\n`, ...parts].join('\n');
}

function renderDeclaration({ name, kind, doc, text, members }: Declaration): string {
  const parts = [`#### ${name}\n`];
  if (doc !== '') parts.push(`${prose(doc)}\n`);
  const rows = members.map((member) => [member.text, member.doc] as const);
  if (kind === 'class' || (kind === 'type' && rows.length > 0)) {
    if (kind === 'class') parts.push(codeBlock('ts', text));
    parts.push(codeTable([kind === 'class' ? 'Member' : 'Field', 'Meaning'], rows));
  } else parts.push(codeBlock('ts', text));
  return parts.join('\n');
}
