import { errorEntry } from '@visavis/protocol';
import type { FastifyReply, FastifyRequest } from 'fastify';
import type { Accounts, User } from '../../control/accounts/accounts.ts';
import { isBrowserToken } from '../../control/browser-tokens/browser-tokens.ts';
import { ControlError, refusal } from '../../control/control-error.ts';
import type { OwnProject } from '../../control/projects/projects.ts';
import type { Admission, Licence } from '../../ports.ts';
import { clientOf, setCookies } from '../console-api/session.ts';
import { OPEN_SENTENCES, readKey } from '../open-rest/envelope.ts';
import type { Access, LicenceHolder } from './access.ts';

/** Who makes a request, with the bounds of their rights. */
export type Principal =
  | { readonly kind: 'nobody' }
  | { readonly kind: 'user' | 'operator'; readonly user: User; readonly sessionId: string }
  /** A token's bounds stand in its licence: one avatar, pages of one origin. */
  | { readonly kind: LicenceHolder; readonly licence: Licence };

export type PersonPrincipal = Extract<Principal, { readonly user: User }>;
type LicencePrincipal = Extract<Principal, { readonly licence: Licence }>;

declare module 'fastify' {
  interface FastifyRequest {
    /** Made once per request by the guards; null before, and on routes that ask for nobody. */
    principal: Principal | null;
    /** The project in the address, of which the caller was found to be a member. */
    project: OwnProject | null;
  }
}

export const NOBODY: Principal = { kind: 'nobody' };

/** The person behind the session cookie. */
export async function identifyPerson(
  accounts: Pick<Accounts, 'session'>,
  request: FastifyRequest,
  reply: FastifyReply,
): Promise<Principal> {
  const { value, setCookies: cookies } = await accounts.session(clientOf(request));
  if (value === null) return NOBODY;
  setCookies(request, reply, cookies);
  return { kind: value.user.role === 'operator' ? 'operator' : 'user', ...value };
}

/** The licence behind the key or token that the request carries. One that is of no use is refused, with its reason. */
export async function identifyLicence(
  admission: Pick<Admission, 'findLicence'>,
  request: FastifyRequest,
  { keyIn }: Extract<Access, { kind: 'licence' }>,
): Promise<Principal> {
  const key = readKey(request, keyIn);
  if (key === undefined) return NOBODY;
  const licence = await admission.findLicence(key, { origin: request.headers.origin, host: request.host });
  if (licence === null) throw new ControlError('wrong-credentials', OPEN_SENTENCES.invalidLicence);
  if (licence.refusal === 'origin-not-allowed') {
    throw new ControlError('forbidden', errorEntry(licence.refusal).message);
  }
  const kind = isBrowserToken(key) ? 'token' : licence.isPublic === true ? 'public-key' : 'key';
  return { kind, licence };
}

export function personOf(request: FastifyRequest): PersonPrincipal {
  const { principal } = request;
  if (principal === null || !('user' in principal)) throw refusal('not-logged-in', 'not-logged-in');
  return principal;
}

export function holderOf(request: FastifyRequest): LicencePrincipal {
  const { principal } = request;
  if (principal === null || !('licence' in principal)) {
    throw new ControlError('wrong-credentials', errorEntry('missing-licence').message);
  }
  return principal;
}

/** The project of a route that is for its members. */
export function projectOf(request: FastifyRequest): OwnProject {
  if (request.project === null) throw refusal('forbidden', 'members-only');
  return request.project;
}
