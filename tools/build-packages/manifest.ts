/** What this tool reads of a `package.json`, and writes again. */
export type Manifest = {
  readonly name: string;
  readonly version: string;
  readonly exports: Readonly<Record<string, string>>;
  readonly bin?: Readonly<Record<string, string>>;
  readonly sideEffects?: boolean | readonly string[];
  readonly dependencies?: Readonly<Record<string, string>>;
  readonly [field: string]: unknown;
};

/** Where the types of an entry are, and what is loaded. */
export type BuiltEntry = { readonly types: string; readonly default: string };

/** Fields that only the repository has a use for. */
const OF_THE_REPOSITORY = new Set(['private', 'scripts', 'devDependencies']);
/** Entries that only tests of the repository have a use for. */
const OF_TESTS = new Set(['./testing']);

/** Entries of the package as people import it: the repository's own are its TypeScript sources. */
export function publicEntries({ exports }: Manifest): [entry: string, source: string][] {
  return Object.entries(exports).filter(([entry]) => !OF_TESTS.has(entry));
}

/** The `package.json` that goes out: everything that names a source names what was built of it. */
export function packedManifest(manifest: Manifest, more: Readonly<Record<string, BuiltEntry>> = {}): Manifest {
  const kept = Object.entries(manifest).filter(([field]) => !OF_THE_REPOSITORY.has(field));
  const exports = Object.fromEntries(
    publicEntries(manifest).map(([entry, source]) => [
      entry,
      source.endsWith('.ts') ? { types: built(source, '.d.ts'), default: built(source) } : built(source),
    ]),
  );
  const packed: Record<string, unknown> = {
    ...Object.fromEntries(kept),
    exports: { ...exports, ...more, './package.json': './package.json' },
  };
  if (manifest.bin !== undefined) {
    packed.bin = Object.fromEntries(Object.entries(manifest.bin).map(([name, source]) => [name, built(source)]));
  }
  const { sideEffects } = manifest;
  if (typeof sideEffects === 'object') packed.sideEffects = sideEffects.map((source) => built(source));
  return packed as Manifest;
}

/**
 * The `package.json` of the server as people install it, under the name of the repository, with the Node that it brings. `launcher` is what
 * npm links, and runs in every release that the packages name.
 */
export function serverManifest(server: Manifest, repository: Manifest, launcher: string): Record<string, unknown> {
  const { name, version, description, license, optionalDependencies } = repository;
  const { dependencies } = server;
  return {
    name,
    version,
    description,
    license,
    type: 'module',
    engines: { node: '>=20.19.0' },
    bin: { [name]: launcher },
    exports: { './package.json': './package.json' },
    dependencies,
    optionalDependencies,
  };
}

/** `./src/worker/media-pool.ts` is built as `./dist/worker/media-pool.js`. */
export function built(source: string, extension = '.js'): string {
  if (!source.startsWith('./src/')) throw new Error(`${source} is no source of a package.`);
  return source.replace('./src/', './dist/').replace(/\.ts$/, extension);
}
