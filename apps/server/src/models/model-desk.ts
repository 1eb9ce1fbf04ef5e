import { statfs } from 'node:fs/promises';
import { availableParallelism, totalmem } from 'node:os';
import { setTimeout as delay } from 'node:timers/promises';
import { findLlamaRuntime, llamaInstallCommand } from '@visavis/media/llama-runtime';
import type { MachineModel, MachineModels } from '@visavis/protocol/rest';
import type { Config } from '../config.ts';
import { notFound, refusal } from '../control/control-error.ts';
import { errorMessage } from '../error-message.ts';
import type { Logger } from '../ports.ts';
import { MODELS, type Model, modelBytes } from './model-catalogue.ts';
import { ModelRefusal, mirrorFolder, modelHub } from './model-source.ts';
import { ModelStore } from './model-store.ts';
import { ownBrains } from './own-brains.ts';

/** A disk that answers no more holds nobody who stops, nor the end of the server, for longer. */
const STOP_LIMIT_MS = 5_000;

type Machine = { readonly memoryBytes: number; readonly cores: number };

export type ModelDeskOptions = {
  readonly config: Config['models'];
  readonly logger: Logger;
  readonly models?: readonly Model[];
  readonly machine?: Machine;
  readonly statfs?: (folder: string) => Promise<{ bavail: number; bsize: number }>;
  readonly stopLimitMs?: number;
};

/** What is done with one model at the moment. */
type Work = {
  readonly name: string;
  readonly kind: 'coming' | 'checking';
  readonly aborter: AbortController;
  readonly done: Promise<void>;
  arrivedBytes: number;
};

type Verdict = NonNullable<MachineModel['checked']>;

/**
 * Models of this machine as its operator sees and orders them. One is fetched or checked at a time, in the server itself, so that pages
 * come and go; what was stopped, or broke off with the server, goes on when somebody asks for it again and never otherwise.
 */
export class ModelDesk {
  readonly #options: ModelDeskOptions;
  readonly #store: ModelStore;
  readonly #models: readonly Model[];
  readonly #statfs: NonNullable<ModelDeskOptions['statfs']>;
  #work: Work | null = null;
  #isClosed = false;
  readonly #faults = new Map<string, string>();
  readonly #verdicts = new Map<string, { readonly verdict: Verdict; readonly stamp: string }>();
  readonly #removing = new Set<string>();

  constructor(options: ModelDeskOptions) {
    this.#options = options;
    this.#statfs = options.statfs ?? statfs;
    this.#store = new ModelStore({ folder: options.config.folder, statfs: this.#statfs });
    this.#models = options.models ?? MODELS;
  }

  async list(): Promise<MachineModels> {
    const { config, machine = { memoryBytes: totalmem(), cores: availableParallelism() } } = this.#options;
    const { hubUrl, runtimesFolder } = config;
    const own = await this.#ownModels();
    const models = await Promise.all(
      [...this.#models, ...own].map((model) => this.#describe(model, machine, own.includes(model))),
    );
    const runtimeCommand = findLlamaRuntime(runtimesFolder) === null ? llamaInstallCommand(runtimesFolder) : null;
    return { models, machine: { ...machine, freeDiskBytes: await this.#freeBytes() }, hubUrl, runtimeCommand };
  }

  /** Begins to fetch it, or goes on; what is here already stays as it is. @throws ControlError */
  async fetch(name: string): Promise<void> {
    const model = this.#findListed(name);
    this.#requireIdle();
    if ((await this.#store.has(model)) && (await this.#verdictOn(model)) !== 'damaged') return;
    const missingBytes = await this.#store.missingBytes(model);
    const freeBytes = await this.#freeBytes();
    if (!this.#store.hasRoom(missingBytes, freeBytes)) {
      const [missing = 0, free = 0] = [missingBytes, freeBytes].map((bytes) => Math.ceil(bytes / 1_000_000));
      throw refusal('conflict', 'no-room-for-model', { values: { name, missing, free } });
    }
    const arrivedBytes = await this.#store.arrivedBytes(model);
    this.#begin({ name, kind: 'coming', arrivedBytes }, async (work) => {
      this.#faults.delete(name);
      const { hubUrl, mirrorFolder: folder } = this.#options.config;
      const sources = [...(folder === null ? [] : [mirrorFolder(folder)]), modelHub(hubUrl)];
      try {
        const onBytes = (bytes: number): void => {
          work.arrivedBytes = bytes;
        };
        await this.#store.pull(model, sources, { signal: work.aborter.signal, onBytes });
        this.#verdicts.set(name, { verdict: verdictOf(model, 0), stamp: await this.#store.stampOf(model) });
        this.#options.logger.info({ model: name }, 'A model was fetched; it is used after the next start.');
      } catch (error) {
        if (!work.aborter.signal.aborted) this.#faults.set(name, errorMessage(error));
      }
    });
  }

  /** Ends what is done at the moment; what has arrived is kept. */
  async stop(): Promise<void> {
    const work = this.#work;
    if (work === null) return;
    work.aborter.abort();
    const waiting = new AbortController();
    const { stopLimitMs = STOP_LIMIT_MS } = this.#options;
    const limit = delay(stopLimitMs, undefined, { signal: waiting.signal }).catch(() => {});
    await Promise.race([work.done, limit]);
    waiting.abort();
  }

  /** Begins to read all of it, and compares; nothing is known that one's own models could be compared with. @throws ControlError */
  async verify(name: string): Promise<void> {
    const model = this.#findListed(name);
    this.#requireIdle();
    if (!(await this.#store.isBegun(model))) throw notFound('model');
    this.#begin({ name, kind: 'checking', arrivedBytes: 0 }, async ({ aborter }) => {
      this.#faults.delete(name);
      const stamp = await this.#store.stampOf(model);
      try {
        const faults = await this.#store.verify(model, aborter.signal);
        this.#verdicts.set(name, { verdict: verdictOf(model, faults.length), stamp });
      } catch (error) {
        if (aborter.signal.aborted) return;
        // What cannot be read is of no more use than what has another content.
        this.#verdicts.set(name, { verdict: 'damaged', stamp });
        this.#options.logger.warn({ model: name, error: errorMessage(error) }, 'A model could not be read.');
      }
    });
  }

  /** Deletes it, and what had arrived of it. @throws ControlError */
  async remove(name: string): Promise<void> {
    const model = await this.#find(name);
    if (this.#work?.name === name || this.#removing.has(name)) throw busy(name);
    this.#removing.add(name);
    try {
      if (!(await this.#store.remove(model))) throw notFound('model');
    } catch (error) {
      throw error instanceof ModelRefusal ? busy(name) : error;
    } finally {
      this.#removing.delete(name);
    }
    this.#faults.delete(name);
    this.#verdicts.delete(name);
  }

  async close(): Promise<void> {
    this.#isClosed = true;
    await this.stop();
  }

  async #describe(model: Model, machine: Machine, isOwn: boolean): Promise<MachineModel> {
    const { name, kind, licence, room } = model;
    const work = this.#work?.name === name ? this.#work : null;
    const arrivedBytes = work?.kind === 'coming' ? work.arrivedBytes : await this.#store.arrivedBytes(model);
    const checked = await this.#verdictOn(model);
    const here = (await this.#store.has(model)) && checked !== 'damaged' ? 'here' : 'damaged';
    const state = work?.kind ?? ((await this.#store.isBegun(model)) ? here : 'absent');
    return {
      name,
      kind,
      isOwn,
      licence,
      sizeBytes: modelBytes(model),
      memoryBytes: room.memoryBytes,
      cores: room.cores,
      fits: fitsIn(room, machine),
      state,
      arrivedBytes,
      checked,
      // One that has come by another way since did come.
      fault: state === 'here' ? null : (this.#faults.get(name) ?? null),
    };
  }

  #requireIdle(): void {
    if (this.#work !== null) throw busy(this.#work.name);
    if (this.#isClosed) throw refusal('not-available', 'failed');
  }

  /** What a check found out about the files that lie there now. */
  async #verdictOn(model: Model): Promise<Verdict | null> {
    const found = this.#verdicts.get(model.name);
    if (found === undefined) return null;
    const isOfThese = (await this.#store.isBegun(model)) && (await this.#store.stampOf(model)) === found.stamp;
    return isOfThese ? found.verdict : null;
  }

  #begin(what: Pick<Work, 'name' | 'kind' | 'arrivedBytes'>, run: (work: Work) => Promise<void>): void {
    // Two that came at the same moment: the second one finds the first here.
    this.#requireIdle();
    if (this.#removing.has(what.name)) throw busy(what.name);
    let begin = (): void => {};
    const done = new Promise<void>((resolve) => {
      begin = resolve;
    }).then(async () => {
      try {
        await run(work);
      } finally {
        this.#work = null;
      }
    });
    const work: Work = { ...what, aborter: new AbortController(), done };
    this.#work = work;
    begin();
  }

  #findListed(name: string): Model {
    const model = this.#models.find((candidate) => candidate.name === name);
    if (model === undefined) throw notFound('model');
    return model;
  }

  async #find(name: string): Promise<Model> {
    const model = [...this.#models, ...(await this.#ownModels())].find((candidate) => candidate.name === name);
    if (model === undefined) throw notFound('model');
    return model;
  }

  async #ownModels(): Promise<readonly Model[]> {
    const known = new Set(this.#models.map(({ name }) => name));
    return (await ownBrains(this.#options.config.folder)).filter(({ name }) => !known.has(name));
  }

  async #freeBytes(): Promise<number> {
    const { bavail, bsize } = await this.#statfs(await this.#store.makeFolder());
    return bavail * bsize;
  }
}

function busy(name: string) {
  return refusal('conflict', 'model-busy', { values: { name } });
}

function verdictOf({ files }: Model, faultCount: number): Verdict {
  if (faultCount > 0) return 'damaged';
  return files.every(({ sha256 }) => sha256 !== null) ? 'sound' : 'sizes';
}

function fitsIn({ memoryBytes, cores }: Model['room'], machine: Machine): boolean | null {
  if (memoryBytes === null && cores === null) return null;
  return (memoryBytes ?? 0) <= machine.memoryBytes && (cores ?? 0) <= machine.cores;
}
