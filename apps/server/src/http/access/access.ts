import type { ProjectRole } from '@visavis/protocol';
import type {} from 'fastify';

/** Who opens a route with a licence: the key itself, a browser token of it, or the key that the first page shows everyone. */
export type LicenceHolder = 'key' | 'token' | 'public-key';

/** What a route asks of whoever calls it. */
export type Access =
  /** Tells nothing of any account or project. */
  | { readonly kind: 'everyone' }
  /** What is sent carries a signature itself, which the route checks. */
  | { readonly kind: 'signed-link' }
  /** A socket: whoever opens a call is judged when the call is admitted. */
  | { readonly kind: 'call' }
  | { readonly kind: 'logged-in' }
  | { readonly kind: 'operator' }
  /** A member of the project in `:projectId` whose role is enough; `operator`: any member who runs this server as well. */
  | { readonly kind: 'project'; readonly role: ProjectRole | 'operator' }
  | {
      readonly kind: 'licence';
      readonly of: readonly LicenceHolder[];
      /** Where the key may stand; `anywhere`: query, body or header. */
      readonly keyIn: 'anywhere' | 'headers';
      /** Others are let in too, and told less. */
      readonly isOptional: boolean;
    };

declare module 'fastify' {
  interface FastifyContextConfig {
    /** Every route states it: a server with a route that does not refuses to start. */
    access?: Access;
    /** Set by the guard that holds the route to its `access`. */
    isGuarded?: boolean;
  }
}

type RouteConfig = { readonly access: Access };

function licence(of: readonly LicenceHolder[], more: { isOptional?: boolean; keyIn?: 'headers' } = {}): RouteConfig {
  return { access: { kind: 'licence', of, keyIn: more.keyIn ?? 'anywhere', isOptional: more.isOptional ?? false } };
}

/** The `config` of a route, by who may call it. */
export const FOR = {
  everyone: { access: { kind: 'everyone' } },
  signedLink: { access: { kind: 'signed-link' } },
  call: { access: { kind: 'call' } },
  loggedIn: { access: { kind: 'logged-in' } },
  operator: { access: { kind: 'operator' } },
  /** Looks at the project and talks in its playground; sees no secret. */
  viewer: { access: { kind: 'project', role: 'viewer' } },
  /** Changes what is in the project. */
  editor: { access: { kind: 'project', role: 'editor' } },
  /** Decides who is in the project, looks at who did what, deletes it. */
  owner: { access: { kind: 'project', role: 'owner' } },
  operatorOfProject: { access: { kind: 'project', role: 'operator' } },
  /** What belongs to the project: its avatars, its talks. */
  key: licence(['key']),
  keyInHeader: licence(['key'], { keyIn: 'headers' }),
  /** What was said in a talk: of the project by its key, of one’s own talk by the demo key. */
  keyOrOwnTalk: licence(['key', 'public-key']),
  /** What a page needs around a call. */
  caller: licence(['key', 'token', 'public-key']),
  callerOrNobody: licence(['key', 'token', 'public-key'], { isOptional: true }),
} as const satisfies Readonly<Record<string, RouteConfig>>;
