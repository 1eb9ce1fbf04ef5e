import { join } from 'node:path';
import { findLlamaRuntime, llamaInstallCommand } from '@visavis/media/llama-runtime';
import type { Logger } from '../ports.ts';
import { MODELS, type Model } from './model-catalogue.ts';
import { ModelStore } from './model-store.ts';
import { ownBrains } from './own-brains.ts';

/** Where models that calls use lie on this machine, as `MediaPool` wants to know it. */
type InstalledModels = {
  readonly turnEnd?: string;
  readonly ears?: { readonly folder: string; readonly name: string };
  readonly mouth?: { readonly folder: string; readonly name: string };
  readonly brain?: { readonly name: string; readonly modelPath: string; readonly runtimePath: string };
};

type Folders = { readonly folder: string; readonly runtimesFolder: string };

/** The first model of each kind that is here, in its sizes: sums are checked when it comes and by `models verify`, not at each start. */
export async function findModels(folders: Folders, logger: Logger): Promise<InstalledModels> {
  const store = new ModelStore({ folder: folders.folder });
  const turnEnd = await firstUsed(store, 'turn-end', logger);
  const ears = await firstUsed(store, 'ears', logger);
  const mouth = await firstUsed(store, 'mouth', logger);
  const brain = await findBrain(store, folders, logger);
  return {
    ...(turnEnd !== null && { turnEnd: pathOf(store, turnEnd) }),
    ...(ears !== null && { ears: { folder: store.folderOf(ears), name: ears.name } }),
    ...(mouth !== null && { mouth: { folder: store.folderOf(mouth), name: mouth.name } }),
    ...(brain !== null && { brain }),
  };
}

/** Those of one's own come first: nobody has them by accident. */
async function findBrain(store: ModelStore, { folder, runtimesFolder }: Folders, logger: Logger) {
  const own = await ownBrains(folder);
  const model = own[0] ?? (await firstWhole(store, 'brain', logger));
  if (model === null) return null;
  const runtimePath = findLlamaRuntime(runtimesFolder);
  if (runtimePath !== null) {
    tellUsed(model, logger);
    return { name: model.name, modelPath: pathOf(store, model), runtimePath };
  }
  const command = llamaInstallCommand(runtimesFolder);
  logger.warn(
    { model: model.name, command },
    'A language model is here, and what runs it is not: run the command, then start anew.',
  );
  return null;
}

function pathOf(store: ModelStore, model: Model): string {
  return join(store.folderOf(model), model.files[0]?.path ?? '');
}

async function firstUsed(store: ModelStore, kind: Model['kind'], logger: Logger): Promise<Model | null> {
  const model = await firstWhole(store, kind, logger);
  if (model !== null) tellUsed(model, logger);
  return model;
}

function tellUsed({ name }: Model, logger: Logger): void {
  logger.info({ model: name }, 'A model of this machine is used.');
}

async function firstWhole(store: ModelStore, kind: Model['kind'], logger: Logger): Promise<Model | null> {
  for (const model of MODELS.filter((candidate) => candidate.kind === kind)) {
    if (!(await store.isBegun(model))) continue;
    if (await store.has(model)) return model;
    logger.warn({ model: model.name }, 'A model is damaged and not used: “visavis models pull” mends it.');
  }
  return null;
}
