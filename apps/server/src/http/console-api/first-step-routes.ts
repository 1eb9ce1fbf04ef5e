import { firstStepsSchema, projectParamsSchema } from '@visavis/protocol/rest';
import type { FirstSteps } from '../../control/projects/first-steps.ts';
import { FOR } from '../access/access.ts';
import { projectOf } from '../access/principal.ts';
import type { ConsoleScope } from './session.ts';

export type FirstStepRouteDependencies = { readonly firstSteps: FirstSteps };

export function registerFirstStepRoutes(scope: ConsoleScope, { firstSteps }: FirstStepRouteDependencies): void {
  scope.get(
    '/projects/:projectId/first-steps',
    {
      config: FOR.viewer,
      schema: {
        tags: ['Projects'],
        summary: 'How far a project has come, from its first avatar to the first call from one’s own page',
        params: projectParamsSchema,
        response: { 200: firstStepsSchema },
      },
    },
    async (request) => firstSteps.of(projectOf(request).projectId),
  );
}
