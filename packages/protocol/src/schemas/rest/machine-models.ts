import * as z from 'zod';
import { LIMITS } from '../../limits.ts';

/** A model that this server can hear, judge, speak or think with on its own machine. */
const machineModelSchema = z.object({
  name: z.string(),
  kind: z.enum(['turn-end', 'ears', 'mouth', 'brain']),
  /** Somebody's own, which cannot be fetched again. */
  isOwn: z.boolean(),
  licence: z.string(),
  sizeBytes: z.int(),
  /** Memory that it takes, and cores that it wants; null: not known. */
  memoryBytes: z.int().nullable(),
  cores: z.int().nullable(),
  /** This machine has what it takes; null: that is not known. */
  fits: z.boolean().nullable(),
  /** `checking`: it is read and compared with its sums. */
  state: z.enum(['absent', 'coming', 'checking', 'here', 'damaged']),
  /** How much of it has arrived, while it is `coming` or where fetching it was stopped. */
  arrivedBytes: z.int(),
  /** How the last check of it ended, since the server started; null: there was none. `sizes`: its sums are not known. */
  checked: z.enum(['sound', 'sizes', 'damaged']).nullable(),
  /** Why the last fetching of it ended without it, in English; null: it did not. */
  fault: z.string().nullable(),
});
export type MachineModel = z.output<typeof machineModelSchema>;

export const machineModelsSchema = z.object({
  models: z.array(machineModelSchema),
  machine: z.object({ memoryBytes: z.int(), cores: z.int(), freeDiskBytes: z.int() }),
  /** Where models are fetched from. */
  hubUrl: z.string(),
  /** How what runs models of kind `brain` is installed; null: it is here. */
  runtimeCommand: z.string().nullable(),
});
export type MachineModels = z.output<typeof machineModelsSchema>;

export const namedModelSchema = z.object({ name: z.string().min(1).max(LIMITS.characters.name) });
