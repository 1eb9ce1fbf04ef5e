import { constants } from 'node:fs';
import { copyFile, mkdir, readFile, rename, rm, stat, statfs, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { type FetchOptions, fetchModelFile, findFault } from './fetch-model-file.ts';
import { type Model, type ModelFile, modelBytes } from './model-catalogue.ts';
import { ModelRefusal, type ModelSource } from './model-source.ts';

/** Free disk that a model leaves. */
const SPARE_BYTES = 200_000_000;

export type ModelStoreOptions = {
  /** `DATA_DIR/models`: a folder for each model, and `.arriving` for those that are not whole yet. */
  readonly folder: string;
  readonly statfs?: (folder: string) => Promise<{ bavail: number; bsize: number }>;
};

/** Models on this machine's disk. A folder with a model's name holds all its files, or there is none. */
export class ModelStore {
  readonly #folder: string;
  readonly #statfs: NonNullable<ModelStoreOptions['statfs']>;

  constructor(options: ModelStoreOptions) {
    this.#folder = options.folder;
    this.#statfs = options.statfs ?? statfs;
  }

  folderOf({ name }: Model): string {
    return join(this.#folder, name);
  }

  /** All files are there, in their sizes. */
  async has(model: Model): Promise<boolean> {
    const sizes = await Promise.all(model.files.map((file) => sizeOf(placeOf(this.folderOf(model), file))));
    return model.files.every(({ sizeBytes }, index) => sizes[index] === sizeBytes);
  }

  /** Some of it is there, whole or not. */
  async isBegun(model: Model): Promise<boolean> {
    return (await stat(this.folderOf(model)).catch(() => null)) !== null;
  }

  /** How much of it lies there from a fetching that did not end. */
  async arrivedBytes(model: Model): Promise<number> {
    const there = await Promise.all(model.files.map((file) => sizeOf(placeOf(this.#arrivingOf(model), file))));
    return there.reduce<number>((sum, bytes) => sum + (bytes ?? 0), 0);
  }

  /** Changes with the files that lie there: what was found out about others says nothing about these. */
  async stampOf(model: Model): Promise<string> {
    const found = await Promise.all(
      model.files.map((file) => stat(placeOf(this.folderOf(model), file)).catch(() => null)),
    );
    return found.map((entry) => (entry === null ? 'none' : `${entry.size} ${entry.mtimeMs}`)).join('\n');
  }

  /** How much of it would have to come. */
  async missingBytes(model: Model): Promise<number> {
    return Math.max(0, modelBytes(model) - (await this.arrivedBytes(model)));
  }

  hasRoom(missingBytes: number, freeBytes: number): boolean {
    return freeBytes >= missingBytes + SPARE_BYTES;
  }

  /** The folder of all models, which need not be there before the first one comes. */
  async makeFolder(): Promise<string> {
    await mkdir(this.#folder, { recursive: true, mode: 0o700 });
    return this.#folder;
  }

  /** Those whose files, by name and checksum, lie in what somebody has. */
  async recognise(models: readonly Model[], from: string): Promise<readonly Model[]> {
    const recognised = [];
    for (const model of models) {
      const places = await findFiles(model, from).catch(() => null);
      if (places === null) continue;
      const faults = await Promise.all(places.map(({ file, place }) => findFault(place, file)));
      if (faults.every((fault) => fault === null)) recognised.push(model);
    }
    return recognised;
  }

  /** What is wrong, file by file; empty: nothing that can be told. */
  async verify(model: Model, signal?: AbortSignal): Promise<readonly { path: string; fault: string }[]> {
    const faults = [];
    for (const file of model.files) {
      const fault = await findFault(placeOf(this.folderOf(model), file), file, signal);
      if (fault !== null) faults.push({ path: file.path, fault });
    }
    return faults;
  }

  /** Fetches what is missing, from the first source that has it. `onBytes` is told how much of the whole is there. */
  async pull(
    model: Model,
    sources: readonly ModelSource[],
    options: { readonly signal: AbortSignal; onBytes?(bytes: number): void } & Pick<
      FetchOptions,
      'firstRestMs' | 'idleLimitMs'
    >,
  ): Promise<void> {
    await this.#arrive(model, async (folder) => {
      let doneBytes = 0;
      for (const file of model.files) {
        const before = doneBytes;
        await fetchModelFile({
          ...options,
          source: firstThatHas(sources),
          repository: model.repository,
          file,
          path: placeOf(folder, file),
          onBytes: (bytes) => options.onBytes?.(before + bytes),
        });
        doneBytes += file.sizeBytes;
      }
      options.signal.throwIfAborted();
    });
  }

  /** Copies a model out of a folder, or a file, that somebody has already. */
  async add(model: Model, from: string): Promise<void> {
    const places = await findFiles(model, from);
    await this.#arrive(model, async (folder) => {
      for (const { file, place } of places) {
        const copy = placeOf(folder, file);
        await rm(copy, { force: true });
        await copyFile(place, copy, constants.COPYFILE_FICLONE);
        const fault = await findFault(copy, file);
        if (fault !== null) {
          await rm(copy, { force: true });
          throw new ModelRefusal(`${place} has ${fault}.`);
        }
      }
    });
  }

  /**
   * False: it was not there. What had arrived of it goes as well.
   *
   * @throws ModelRefusal while another process fetches it.
   */
  async remove(model: Model): Promise<boolean> {
    const folders = [this.folderOf(model), this.#arrivingOf(model)];
    const found = await Promise.all(folders.map((folder) => stat(folder).catch(() => null)));
    if (found.every((entry) => entry === null)) return false;
    const arriving = this.#arrivingOf(model);
    await mkdir(dirname(arriving), { recursive: true, mode: 0o700 });
    const unlock = await lock(`${arriving}.lock`, model.name);
    try {
      await Promise.all(folders.map((folder) => rm(folder, { recursive: true, force: true })));
    } finally {
      await unlock();
    }
    return true;
  }

  #arrivingOf({ name }: Model): string {
    return join(this.#folder, '.arriving', name);
  }

  /** All of it, or nothing: the model's folder gets its name when every file has been checked. */
  async #arrive(model: Model, bring: (folder: string) => Promise<void>): Promise<void> {
    const folder = this.#arrivingOf(model);
    await mkdir(folder, { recursive: true, mode: 0o700 });
    const unlock = await lock(`${folder}.lock`, model.name);
    try {
      await this.#requireRoom(model, folder);
      for (const file of model.files) await mkdir(dirname(placeOf(folder, file)), { recursive: true, mode: 0o700 });
      await bring(folder);
      await rm(this.folderOf(model), { recursive: true, force: true });
      await rename(folder, this.folderOf(model));
    } finally {
      await unlock();
    }
  }

  async #requireRoom(model: Model, folder: string): Promise<void> {
    const missingBytes = await this.missingBytes(model);
    const { bavail, bsize } = await this.#statfs(folder);
    if (this.hasRoom(missingBytes, bavail * bsize)) return;
    const [missing, free] = [missingBytes, bavail * bsize].map((bytes) => Math.ceil(bytes / 1_000_000));
    throw new ModelRefusal(`${model.name} takes ${missing} MB more, and the disk of ${folder} has ${free} MB free.`);
  }
}

/** Keeps a second process from writing the same files. What a dead one has left counts for nothing. */
async function lock(path: string, name: string): Promise<() => Promise<void>> {
  const owner = Number(await readFile(path, 'utf8').catch(() => '0'));
  if (owner !== process.pid && isAlive(owner)) throw new ModelRefusal(`Process ${owner} is fetching ${name} already.`);
  await rm(path, { force: true });
  // Two that come at the same moment: one of them fails here.
  await writeFile(path, String(process.pid), { flag: 'wx', mode: 0o600 });
  return () => rm(path, { force: true });
}

function isAlive(processId: number): boolean {
  if (!(processId > 0)) return false;
  try {
    process.kill(processId, 0);
    return true;
  } catch (error) {
    // Somebody else's process lives as well.
    return error instanceof Error && 'code' in error && error.code === 'EPERM';
  }
}

function placeOf(folder: string, { path }: ModelFile): string {
  return join(folder, ...path.split('/'));
}

async function sizeOf(path: string): Promise<number | null> {
  const found = await stat(path).catch(() => null);
  return found?.isFile() === true ? found.size : null;
}

function firstThatHas(sources: readonly ModelSource[]): ModelSource {
  return {
    async open(place, signal) {
      for (const source of sources) {
        const opened = await source.open(place, signal);
        if (opened !== null) return opened;
      }
      return null;
    },
  };
}

/** Where a model's files lie in what somebody has: by their paths, or by their names alone. */
async function findFiles(
  model: Model,
  from: string,
): Promise<readonly { readonly file: ModelFile; readonly place: string }[]> {
  const found = await stat(from).catch(() => null);
  if (found === null) throw new ModelRefusal(`There is nothing at ${from}.`);
  const places = [];
  for (const file of model.files) {
    const name = file.path.split('/').at(-1) ?? '';
    const candidates = found.isFile() ? [from] : [placeOf(from, file), join(from, name)];
    const sizes = await Promise.all(candidates.map(sizeOf));
    const place = candidates[sizes.indexOf(file.sizeBytes)];
    if (place === undefined) {
      throw new ModelRefusal(`${from} has no ${file.path} of ${file.sizeBytes} bytes, which ${model.name} needs.`);
    }
    places.push({ file, place });
  }
  return places;
}
