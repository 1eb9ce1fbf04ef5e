/** An entry of `package-lock.json`, as far as it is used here. */
type LockEntry = {
  readonly name?: string;
  readonly version?: string;
  readonly license?: string;
  readonly link?: boolean;
  readonly resolved?: string;
  readonly dependencies?: Readonly<Record<string, string>>;
  readonly optionalDependencies?: Readonly<Record<string, string>>;
  readonly peerDependencies?: Readonly<Record<string, string>>;
  readonly peerDependenciesMeta?: Readonly<Record<string, { readonly optional?: boolean }>>;
};
export type Lockfile = { readonly packages: Readonly<Record<string, LockEntry>> };

export type LockedPackage = {
  /** Folder from the root of the repository. */
  readonly path: string;
  readonly name: string;
  readonly version: string;
  /** What its author declared; undefined when the lockfile has nothing. */
  readonly declared: string | undefined;
  /** Workspaces that need it; '' is the root. */
  readonly workspaces: readonly string[];
};

/** Every package that production needs, on any platform: what the workspaces depend on, and so on; no tools of development. */
export function productionPackages({ packages }: Lockfile): LockedPackage[] {
  const users = new Map<string, Set<string>>();
  const own = Object.keys(packages).filter((path) => !path.includes('node_modules/'));
  for (const workspace of own) {
    const waiting = [workspace];
    const seen = new Set(waiting);
    for (let path = waiting.pop(); path !== undefined; path = waiting.pop()) {
      for (const name of needs(packages[path] ?? {})) {
        const found = resolve(packages, path, name);
        if (found === null || seen.has(found)) continue;
        seen.add(found);
        waiting.push(found);
        if (!found.includes('node_modules/')) continue;
        const known = users.get(found) ?? new Set();
        users.set(found, known.add(workspace));
      }
    }
  }
  return [...users]
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([path, workspaces]) => {
      const entry = packages[path] ?? {};
      return {
        path,
        name: entry.name ?? path.slice(path.lastIndexOf('node_modules/') + 'node_modules/'.length),
        version: entry.version ?? '',
        declared: entry.license,
        workspaces: [...workspaces].sort(),
      };
    });
}

function needs(entry: LockEntry): string[] {
  const peers = Object.keys(entry.peerDependencies ?? {}).filter(
    (name) => entry.peerDependenciesMeta?.[name]?.optional !== true,
  );
  return [...Object.keys(entry.dependencies ?? {}), ...Object.keys(entry.optionalDependencies ?? {}), ...peers];
}

/** As Node looks for a package: in the folder that asks, and in every one above it. */
function resolve(packages: Lockfile['packages'], from: string, name: string): string | null {
  for (let folder = from; ; folder = folder.slice(0, Math.max(0, folder.lastIndexOf('/')))) {
    if (!folder.endsWith('node_modules')) {
      const path = folder === '' ? `node_modules/${name}` : `${folder}/node_modules/${name}`;
      const entry = packages[path];
      if (entry?.link === true) return entry.resolved ?? null;
      if (entry !== undefined) return path;
    }
    if (folder === '') return null;
  }
}
