/** Of a project at a time; whoever comes later is to ask again. */
const MAX_WAITING = 100;
/** What is said comes word by word; whoever follows it is told about twice a second. */
const GATHERED_MS = 500;

type Project = { version: number; readonly waiting: Set<() => void>; timer: NodeJS.Timeout | null };

/** Tells those who follow the talks of a project that something has changed. */
export class Changes {
  readonly #projects = new Map<string, Project>();

  version(projectId: string): number {
    return this.#projects.get(projectId)?.version ?? 0;
  }

  note(projectId: string): void {
    const project = this.#project(projectId);
    project.version += 1;
    project.timer ??= setTimeout(() => {
      project.timer = null;
      for (const go of [...project.waiting]) go();
    }, GATHERED_MS).unref();
  }

  /**
   * Resolves once the version is another one, or after this time, or when the signal says so. Where it is another one already,
   * what comes within a moment is waited for too. False, at once: too many wait.
   */
  async next(projectId: string, version: number, limitMs: number, signal: AbortSignal): Promise<boolean> {
    if (signal.aborted) return true;
    const project = this.#project(projectId);
    const { waiting } = project;
    if (waiting.size >= MAX_WAITING) return false;
    const waitMs = project.version === version ? limitMs : Math.min(limitMs, GATHERED_MS);
    await new Promise<void>((resolve) => {
      const timer = setTimeout(() => go(), waitMs).unref();
      const go = (): void => {
        clearTimeout(timer);
        signal.removeEventListener('abort', go);
        waiting.delete(go);
        resolve();
      };
      waiting.add(go);
      signal.addEventListener('abort', go, { once: true });
    });
    return true;
  }

  /** Nobody waits any longer. */
  close(): void {
    for (const { waiting } of this.#projects.values()) for (const go of [...waiting]) go();
  }

  #project(projectId: string): Project {
    const known = this.#projects.get(projectId);
    if (known !== undefined) return known;
    const made: Project = { version: 0, waiting: new Set(), timer: null };
    this.#projects.set(projectId, made);
    return made;
  }
}
