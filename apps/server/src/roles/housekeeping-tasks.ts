import type { Accounts } from '../control/accounts/accounts.ts';
import type { AttemptLimiter } from '../control/accounts/attempt-limiter.ts';
import type { AuditLog } from '../control/audit/audit-log.ts';
import type { ServerLog } from '../control/audit/server-log.ts';
import type { createBrowserTokens } from '../control/browser-tokens/browser-tokens.ts';
import type { HousekeepingTasks } from '../control/housekeeping.ts';
import type { LicenceControl } from '../control/licence-keys/licence-control.ts';
import type { Invitations } from '../control/projects/invitations.ts';
import type { createFilmServices } from './job-services.ts';

type Filming = Pick<ReturnType<typeof createFilmServices>, 'films' | 'workshop'>;
type Swept = { sweep(): Promise<unknown> };

/** What one node cleans up in the database for all. */
export function sharedTasks(parts: {
  readonly limiter: AttemptLimiter;
  readonly tokens: ReturnType<typeof createBrowserTokens>;
  readonly licences: LicenceControl;
  readonly accounts: Accounts;
  readonly invitations: Invitations;
  readonly serverLog: ServerLog;
  readonly audit: AuditLog;
  readonly talks: {
    readonly archive: { removeExpired(): Promise<unknown> };
    readonly retention: { sweep(): Promise<unknown> };
  };
  readonly hooks: { readonly queue: { sweep(): Promise<unknown> } };
  readonly filming: Filming;
}): HousekeepingTasks {
  const { limiter, tokens, licences, accounts, invitations, serverLog, audit, talks, hooks, filming } = parts;
  return {
    'attempts to log in': () => limiter.sweep(),
    'browser tokens and links': () => Promise.all([tokens.sweep(), licences.endLinks()]),
    'expired sessions': () => Promise.all([accounts.sweepSessions(), invitations.sweep()]),
    'audit logs': () => Promise.all([serverLog.sweep(), audit.sweep()]),
    'old talks': () => talks.archive.removeExpired(),
    'surplus talks': () => talks.retention.sweep(),
    'webhook deliveries': () => hooks.queue.sweep(),
    'films that were ordered': async () => filming.films?.sweep(),
  };
}

/** What each node cleans up on its own disk, and in the store of files. */
export function localTasks(parts: {
  readonly recordings: Swept;
  readonly uploads: Swept | null;
  readonly uploadLinks: Swept | null;
  readonly making: { readonly avatarBin: Swept; readonly workshop: Swept | null };
  readonly bundles: Swept;
  readonly filming: Filming;
  readonly sweepRendered: () => Promise<unknown>;
}): HousekeepingTasks {
  const { recordings, uploads, uploadLinks, making, bundles, filming, sweepRendered } = parts;
  return {
    'films of talks that are gone': () => recordings.sweep(),
    'uploaded files': async () => uploads?.sweep(),
    'files of upload links': async () => uploadLinks?.sweep(),
    'avatars in the bin': () => making.avatarBin.sweep(),
    'half-made avatars': async () => making.workshop?.sweep(),
    'files of avatars': () => bundles.sweep(),
    'rendered faces': sweepRendered,
    'half-made films': async () => filming.workshop?.sweep(),
  };
}
