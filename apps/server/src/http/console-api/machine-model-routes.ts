import { emptySchema, machineModelsSchema, namedModelSchema } from '@visavis/protocol/rest';
import type * as z from 'zod';
import type { AuditLog } from '../../control/audit/audit-log.ts';
import { FOR } from '../access/access.ts';
import { actorOf, type ConsoleScope } from './session.ts';

export type MachineModelRouteDependencies = {
  readonly machineModels: {
    list(): Promise<z.output<typeof machineModelsSchema>>;
    /** Those that begin something return before it is done. */
    fetch(name: string): Promise<void>;
    stop(): Promise<void>;
    verify(name: string): Promise<void>;
    remove(name: string): Promise<void>;
  };
  readonly audit: AuditLog;
};

const tags = ['Operator'];
const response = { 200: machineModelsSchema };

/** Models of this machine; for those who run it. */
export function registerMachineModelRoutes(scope: ConsoleScope, dependencies: MachineModelRouteDependencies): void {
  const { machineModels } = dependencies;

  scope.get(
    '/operator/machine-models',
    {
      config: FOR.operator,
      schema: {
        tags,
        summary: 'Models that this server can use on its own machine, and what becomes of them',
        response,
      },
    },
    () => machineModels.list(),
  );

  registerChange(scope, dependencies, {
    verb: 'fetch',
    summary: 'Begin to fetch a model, or go on; one at a time',
    action: 'model.fetched',
  });
  registerChange(scope, dependencies, {
    verb: 'verify',
    summary: 'Begin to read a model and to compare it with its sums',
    action: 'model.verified',
  });
  registerChange(scope, dependencies, {
    verb: 'remove',
    summary: 'Delete a model from this machine, and what had arrived of it',
    action: 'model.removed',
  });

  scope.post(
    '/operator/machine-models/stop',
    {
      config: FOR.operator,
      schema: {
        tags,
        summary: 'End what is being fetched or checked; what has arrived is kept',
        body: emptySchema,
        response,
      },
    },
    async (request) => {
      await machineModels.stop();
      await dependencies.audit.write(actorOf(request), { action: 'model.stopped' });
      return machineModels.list();
    },
  );
}

type Change = { readonly verb: 'fetch' | 'verify' | 'remove'; readonly summary: string; readonly action: string };

function registerChange(
  scope: ConsoleScope,
  { machineModels, audit }: MachineModelRouteDependencies,
  { verb, summary, action }: Change,
): void {
  scope.post(
    `/operator/machine-models/${verb}`,
    { config: FOR.operator, schema: { tags, summary, body: namedModelSchema, response } },
    async (request) => {
      const { name } = request.body;
      await machineModels[verb](name);
      await audit.write(actorOf(request), { action, detail: { name } });
      return machineModels.list();
    },
  );
}
