import { join } from 'node:path';
import type { Logger } from '../ports.ts';
import { MODELS, type Model } from './model-catalogue.ts';
import { ModelStore } from './model-store.ts';

/** The file of the first sound model of turn ends that is here; null: none. */
export async function findTurnEndModel(folder: string, logger: Logger): Promise<string | null> {
  const store = new ModelStore({ folder });
  const model = await firstSound(store, 'turn-end', logger);
  return model === null ? null : join(store.folderOf(model), model.files[0]?.path ?? '');
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
