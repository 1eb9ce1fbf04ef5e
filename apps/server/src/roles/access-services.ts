import { Accounts } from '../control/accounts/accounts.ts';
import type { AttemptLimiter } from '../control/accounts/attempt-limiter.ts';
import { createAuth } from '../control/accounts/auth.ts';
import { createLinkSender } from '../control/accounts/mails.ts';
import type { AuditLog } from '../control/audit/audit-log.ts';
import { createBrowserTokens } from '../control/browser-tokens/browser-tokens.ts';
import type { CallSlots } from '../control/call-slots/call-slots.ts';
import { LicenceControl } from '../control/licence-keys/licence-control.ts';
import { createLicenceKeys } from '../control/licence-keys/licence-keys.ts';
import { Invitations } from '../control/projects/invitations.ts';
import { Members } from '../control/projects/members.ts';
import { createProjects } from '../control/projects/projects.ts';
import { DEFAULT_QUOTAS } from '../control/quotas/quotas.ts';
import { createSecretBox } from '../control/secrets/secret-box.ts';
import { toThousandths } from '../control/usage/points.ts';

import type { ConsoleServiceOptions } from './console-service-options.ts';

/** Who uses the console, and in which projects. */
export function createPeople(options: ConsoleServiceOptions, audit: AuditLog, limiter: AttemptLimiter) {
  const { db, masterKeys, logger, isRegistrationOpen, mail, calls, points, quotas = DEFAULT_QUOTAS } = options;
  const sendLink = mail === null ? null : createLinkSender(mail, logger);
  const invitations = new Invitations({ db, limiter, audit, quotas, sendLink });
  const auth = createAuth({ db, masterKeys, logger });
  const accounts = new Accounts({ db, auth, limiter, audit, isRegistrationOpen, invitations, sendLink });
  const members = new Members({ db, audit, quotas, calls });
  const projects = createProjects(db, points.free === null ? null : toThousandths(points.free), quotas);
  return { accounts, members, invitations, projects };
}

/** What opens calls: keys, and tokens of the browsers of those who use them. */
export function createKeys(options: ConsoleServiceOptions, slots: CallSlots, audit: AuditLog) {
  const { db, masterKeys, calls, quotas = DEFAULT_QUOTAS } = options;
  const keys = createLicenceKeys(db, createSecretBox(masterKeys, 'licence keys'), quotas);
  const licences = new LicenceControl({ keys, slots, calls, audit });
  return { licences, tokens: createBrowserTokens(db, quotas) };
}
