import { isRoleEnough } from '@visavis/protocol';
import type { FastifyInstance, FastifyReply, FastifyRequest, RouteOptions } from 'fastify';
import type { Accounts } from '../../control/accounts/accounts.ts';
import { ControlError, refusal } from '../../control/control-error.ts';
import type { Projects } from '../../control/projects/projects.ts';
import type { Admission } from '../../ports.ts';
import type { Access, LicenceHolder } from './access.ts';
import { holderOf, identifyLicence, identifyPerson, NOBODY, personOf, projectOf } from './principal.ts';

/** Routes of the server with what they ask of callers; complete when the server is ready. */
export type StatedRoute = { readonly method: string; readonly url: string; readonly access: Access };

const UNGUARDED: ReadonlySet<Access['kind']> = new Set(['everyone', 'signed-link', 'call']);

/**
 * Makes the server refuse to start with a route that does not say who may call it, or that no guard holds to it. To be
 * registered before all routes; gives the list of them.
 */
export function requireStatedAccess(app: FastifyInstance): readonly StatedRoute[] {
  const routes: RouteOptions[] = [];
  const stated: StatedRoute[] = [];
  app.decorateRequest('principal', null);
  app.decorateRequest('project', null);
  app.addHook('onRoute', (route) => void routes.push(route));
  app.addHook('onReady', async () => {
    for (const { method, url, config } of routes) {
      const name = `${String(method)} ${url}`;
      const access = config?.access;
      if (access === undefined) throw new Error(`The route ${name} does not state who may call it.`);
      if (!UNGUARDED.has(access.kind) && config?.isGuarded !== true)
        throw new Error(`Nothing guards the route ${name}.`);
      for (const verb of [method].flat()) stated.push({ method: verb, url, access });
    }
  });
  return stated;
}

/** Marks all routes of a plugin that tell nothing of any account or project: pages, scripts, the reference. */
export function openToEveryone(scope: FastifyInstance): void {
  scope.addHook('onRoute', (route) => {
    route.config = { access: { kind: 'everyone' }, ...route.config };
  });
}

export type GuardDependencies = {
  readonly admission: Pick<Admission, 'findLicence'>;
  /** Left out: this scope has no routes for people. */
  readonly people?: { readonly accounts: Pick<Accounts, 'session'>; readonly projects: Pick<Projects, 'get'> };
};

/**
 * Holds every route of the scope to the access that it states. Who is not logged in is refused before the body is read;
 * keys may stand in the body, so they are looked at after it. What a body holds is judged last.
 */
export function guardRoutes(scope: FastifyInstance, { admission, people }: GuardDependencies): void {
  scope.addHook('onRoute', (route) => {
    route.config = { ...route.config, isGuarded: true };
  });

  scope.addHook('onRequest', async (request, reply) => {
    const access = accessOf(request);
    if (!isForPeople(access)) return;
    if (people === undefined) throw new Error('This scope has no routes for people.');
    await admitPerson(people.accounts, request, reply);
  });

  scope.addHook('preValidation', async (request) => {
    const access = accessOf(request);
    if (access.kind === 'licence') await admitHolder(admission, request, access);
    else if (access.kind === 'project') await admitMember(people?.projects, request, access.role);
    if (wantsOperator(access) && personOf(request).kind !== 'operator') {
      throw refusal('forbidden', 'operators-only');
    }
  });
}

function accessOf({ routeOptions }: FastifyRequest): Access {
  // Unknown addresses have no access stated, and tell nothing.
  return routeOptions.config.access ?? { kind: 'everyone' };
}

function isForPeople({ kind }: Access): boolean {
  return kind === 'logged-in' || kind === 'operator' || kind === 'project';
}

function wantsOperator(access: Access): boolean {
  return access.kind === 'operator' || (access.kind === 'project' && access.role === 'operator');
}

async function admitPerson(
  accounts: Pick<Accounts, 'session'>,
  request: FastifyRequest,
  reply: FastifyReply,
): Promise<void> {
  request.principal = await identifyPerson(accounts, request, reply);
  personOf(request);
}

function memberOf(request: FastifyRequest): [userId: string, projectId: string] {
  return [personOf(request).user.userId, (request.params as { readonly projectId: string }).projectId];
}

/** Strangers are told that there is no such project; members whose role is too small, who may. */
async function admitMember(
  projects: Pick<Projects, 'get'> | undefined,
  request: FastifyRequest,
  needed: Extract<Access, { kind: 'project' }>['role'],
): Promise<void> {
  request.project = (await projects?.get(...memberOf(request))) ?? null;
  if (needed === 'operator' || isRoleEnough(projectOf(request).role, needed)) return;
  throw refusal('forbidden', needed === 'owner' ? 'owners-only' : 'editors-only');
}

export const HOLDER_REFUSALS: Readonly<Record<LicenceHolder, string>> = {
  key: 'This is not for licence keys.',
  token: 'A browser token opens calls, and what a page needs for them. Ask from your own server, with the licence key.',
  'public-key': 'The demo key opens calls only. Make an account and a key of your own in the console for this.',
};

async function admitHolder(
  admission: Pick<Admission, 'findLicence'>,
  request: FastifyRequest,
  access: Extract<Access, { kind: 'licence' }>,
): Promise<void> {
  try {
    request.principal = await identifyLicence(admission, request, access);
  } catch (error) {
    if (!access.isOptional || !(error instanceof ControlError)) throw error;
    request.principal = NOBODY;
  }
  if (access.isOptional && request.principal.kind === 'nobody') return;
  const { kind } = holderOf(request);
  if (!access.of.includes(kind)) throw new ControlError('forbidden', HOLDER_REFUSALS[kind]);
}
