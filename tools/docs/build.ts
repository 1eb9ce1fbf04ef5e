import { createHash } from 'node:crypto';
import { appendFileSync, copyFileSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { brotliCompressSync, gzipSync, constants as zlib } from 'node:zlib';
import { DOCS_OUTPUT as OUTPUT } from './freshness.ts';
import { removeLeftovers, replaceSite, workFolders } from './work-folders.ts';

/** The part of the generator that is used here. Its own types bring those of half a browser. */
type Generator = { readonly build: (root: string, options: BuildOptions) => Promise<void> };
type BuildOptions = {
  readonly outDir: string;
  readonly onAfterConfigResolve: (site: { tempDir: string }) => void;
};
const GENERATOR: string = 'vitepress';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));

/**
 * Builds the documentation as static files into `docs/.vitepress/dist`, for the address `DOCS_BASE` (`/docs/`). What is there is
 * replaced when all is done.
 */
export async function buildDocs(): Promise<void> {
  const base = process.env.DOCS_BASE ?? '/docs/';
  removeLeftovers(OUTPUT);
  const { site: folder, temporary, remove } = workFolders(OUTPUT);
  // Also when it is told to end in the middle.
  process.on('exit', remove);
  try {
    // At once: it tells whoever opens the documentation that it is being built.
    mkdirSync(folder);
    const { build } = (await import(GENERATOR)) as Generator;
    // A folder of its own: another build may be under way.
    const onAfterConfigResolve: BuildOptions['onAfterConfigResolve'] = (site) => {
      site.tempDir = temporary;
    };
    await build(`${ROOT}docs`, { outDir: folder, onAfterConfigResolve });
    copyFileSync(join(ROOT, 'apps/console/public/favicon.svg'), join(folder, 'favicon.svg'));
    const files = readdirSync(folder, { recursive: true, encoding: 'utf8' });
    const styles = new Map<string, string>();
    for (const name of files.filter((file) => file.endsWith('.html'))) useFilesOnly(folder, name, base, styles);
    // The colours of code are there already: the site's settings write them.
    appendFileSync(join(folder, 'assets/inline.css'), [...styles.values()].join('\n'));
    for (const name of readdirSync(folder, { recursive: true, encoding: 'utf8' })) compress(join(folder, name));
    replaceSite(folder, OUTPUT);
  } finally {
    remove();
  }
}

/** Moves inline scripts and styles into files: the policy of the page allows no others. */
function useFilesOnly(folder: string, name: string, base: string, styles: Map<string, string>): void {
  const path = join(folder, name);
  const html = readFileSync(path, 'utf8')
    .replaceAll(/<script(?: id="[^"]*")?>([^<]+)<\/script>/g, (_tag, code: string) => {
      const file = `assets/inline-${digestOf(code)}.js`;
      writeFileSync(join(folder, file), code);
      return `<script src="${base}${file}"></script>`;
    })
    .replaceAll(/ style="([^"]*)"/g, (_attribute, style: string) => {
      const id = digestOf(style);
      styles.set(id, `[data-style="${id}"]{${style}}`);
      return ` data-style="${id}"`;
    });
  writeFileSync(path, html);
}

function digestOf(text: string): string {
  return createHash('sha256').update(text).digest('hex').slice(0, 8);
}

/** Puts `.br` and `.gz` beside each text file, which the server then sends as they are. */
function compress(path: string): void {
  if (!/\.(?:js|css|html|svg)$/.test(path)) return;
  const content = readFileSync(path);
  writeFileSync(`${path}.br`, brotliCompressSync(content, { params: { [zlib.BROTLI_PARAM_QUALITY]: 9 } }));
  writeFileSync(`${path}.gz`, gzipSync(content, { level: 9 }));
}
