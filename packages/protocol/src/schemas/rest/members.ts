import * as z from 'zod';
import { AUDIT_KINDS } from '../../project-roles.ts';
import { auditEntrySchema, emailSchema, linkSecretSchema } from './accounts.ts';
import { instantSchema, pageQuerySchema, publicIdSchema } from './common.ts';
import { projectRoleSchema } from './projects.ts';

export const memberSchema = z.object({
  userId: publicIdSchema,
  name: z.string(),
  email: z.string(),
  role: projectRoleSchema,
  joinedAt: instantSchema,
});
export type Member = z.output<typeof memberSchema>;

export const memberParamsSchema = z.object({ projectId: publicIdSchema, userId: publicIdSchema });
export const updateMemberSchema = z.object({ role: projectRoleSchema });

export const invitationSchema = z.object({
  invitationId: publicIdSchema,
  /** Only the account with this address may accept it; null: whoever has the link. */
  email: z.string().nullable(),
  role: projectRoleSchema,
  /** Name of the owner who made it. */
  invitedBy: z.string(),
  createdAt: instantSchema,
  expiresAt: instantSchema,
});
export type Invitation = z.output<typeof invitationSchema>;

export const invitationParamsSchema = z.object({ projectId: publicIdSchema, invitationId: publicIdSchema });
export const createInvitationSchema = z.object({
  email: emailSchema.nullable().default(null),
  role: projectRoleSchema,
});
export const createdInvitationSchema = invitationSchema.extend({
  /** Below this server's address; shown once. */
  path: z.string(),
  /** It was sent to the address, too. */
  isMailed: z.boolean(),
});
export type CreatedInvitation = z.output<typeof createdInvitationSchema>;

export const secretOfInvitationSchema = z.object({ secret: linkSecretSchema });

/** What whoever has the link is told. */
export const shownInvitationSchema = z.object({
  projectId: publicIdSchema,
  projectName: z.string(),
  role: projectRoleSchema,
  invitedBy: z.string(),
  /** Only the account with this address may accept it, masked (`m…@example.org`) for all others; null: whoever has the link. */
  email: z.string().nullable(),
  expiresAt: instantSchema,
  /** What one is in the project already; null: no member, or not logged in. */
  memberRole: projectRoleSchema.nullable(),
});
export type ShownInvitation = z.output<typeof shownInvitationSchema>;

export const joinedSchema = z.object({ projectId: publicIdSchema, role: projectRoleSchema });

export const createPlaygroundTokenSchema = z.object({
  /** The key whose limits the call has. */
  licenceId: publicIdSchema,
});

/** `from` and `to`: instants; the second is not among them. */
export const projectAuditQuerySchema = pageQuerySchema.extend({
  userId: publicIdSchema.optional(),
  kind: z.enum(AUDIT_KINDS).optional(),
  from: instantSchema.optional(),
  to: instantSchema.optional(),
});

const personSchema = z.object({
  userId: publicIdSchema,
  /** Null: the account is gone. */
  name: z.string().nullable(),
  /** Of members only. */
  email: z.string().nullable(),
});

export const projectAuditEntrySchema = auditEntrySchema.omit({ userId: true, projectId: true }).extend({
  /** Who did it; null: the server itself, or its command line. */
  person: personSchema.nullable(),
  /** To whom it was done, where it was done to a person. */
  subject: personSchema.nullable(),
});
export type ProjectAuditEntry = z.output<typeof projectAuditEntrySchema>;
