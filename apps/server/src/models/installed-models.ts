import { join } from 'node:path';
import type { Logger } from '../ports.ts';
import { MODELS, type Model } from './model-catalogue.ts';
import { ModelStore } from './model-store.ts';

/** Where models that calls use lie on this machine, as `MediaPool` wants to know it. */
type InstalledModels = {
  readonly turnEnd?: string;
  readonly ears?: { readonly folder: string; readonly name: string };
  readonly mouth?: { readonly folder: string; readonly name: string };
};

/** The first model of each kind that is here and sound. */
export async function findModels(folder: string, logger: Logger): Promise<InstalledModels> {
  const store = new ModelStore({ folder });
  const turnEnd = await firstSound(store, 'turn-end', logger);
  const ears = await firstSound(store, 'ears', logger);
  const mouth = await firstSound(store, 'mouth', logger);
  return {
    ...(turnEnd !== null && { turnEnd: join(store.folderOf(turnEnd), turnEnd.files[0]?.path ?? '') }),
    ...(ears !== null && { ears: { folder: store.folderOf(ears), name: ears.name } }),
    ...(mouth !== null && { mouth: { folder: store.folderOf(mouth), name: mouth.name } }),
  };
}

async function firstSound(store: ModelStore, kind: Model['kind'], logger: Logger): Promise<Model | null> {
  for (const model of MODELS.filter((candidate) => candidate.kind === kind)) {
    if (!(await store.isBegun(model))) continue;
    const faults = await store.verify(model);
    if (faults.length === 0) {
      logger.info({ model: model.name }, 'A model of this machine is used.');
      return model;
    }
    logger.warn({ model: model.name, faults }, 'A model is damaged and not used: “visavis models pull” mends it.');
  }
  return null;
}
