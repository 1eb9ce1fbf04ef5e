import { LIMITS } from '@visavis/protocol';
import type { ControlLogger } from '../logger.ts';
import type { Mail, Mailer } from './mailer.ts';

/** Starts sending what is written about an address below this server's, and returns. */
export type SendLink = (path: string, write: (address: string) => Mail) => void;

export function createLinkSender(
  { mailer, publicUrl }: { readonly mailer: Pick<Mailer, 'send'>; readonly publicUrl: string },
  logger: Pick<ControlLogger, 'error'>,
): SendLink {
  // Not waited for: how long an answer takes must not tell whether there is such an account.
  return (path, write) => {
    mailer.send(write(`${publicUrl}${path}`)).catch((error: unknown) => {
      logger.error({ error: String(error) }, 'A mail could not be sent');
    });
  };
}

export function resetMail({ email, name }: { email: string; name: string }, address: string): Mail {
  return {
    to: email,
    subject: 'Reset your Visavis password',
    text: `Hello ${name},\n\nopen this address within 30 minutes to choose a new password:\n\n${address}\n\nIf you did not ask for this, do nothing: your password stays as it is.\n`,
  };
}

/** The subject is fixed, and names of people and projects are one line each. */
export function invitationMail(
  { email, invitedBy, projectName }: { email: string; invitedBy: string; projectName: string },
  address: string,
): Mail {
  return {
    to: email,
    subject: 'You are invited to a project on Visavis',
    text: `Hello,\n\n${invitedBy} invites you to the project “${projectName}”. Open this address within ${LIMITS.counts.invitationDays} days to join:\n\n${address}\n\nIf you do not know them, do nothing: the invitation ends by itself.\n`,
  };
}
