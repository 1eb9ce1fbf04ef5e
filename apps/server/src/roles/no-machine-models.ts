import { notFound } from '../control/control-error.ts';
import type { ConsoleApiDependencies } from '../http/console-api/console-api.ts';

const noModel = async (): Promise<never> => {
  throw notFound('model');
};

/** Of a process that takes no calls on this machine. */
export const NO_MACHINE_MODELS: ConsoleApiDependencies['machineModels'] = {
  list: async () => ({
    models: [],
    machine: { memoryBytes: 0, cores: 0, freeDiskBytes: 0 },
    hubUrl: '',
    runtimeCommand: null,
  }),
  stop: async () => {},
  fetch: noModel,
  verify: noModel,
  remove: noModel,
};
