import * as z from 'zod';
import { LIMITS } from '../../limits.ts';
import { FIELD_FAULTS, fieldSentence } from '../../refusals.ts';
import { instantSchema, nameSchema, publicIdSchema } from './common.ts';

/** The secret in a link that was mailed or handed on. */
export const linkSecretSchema = z.string().min(1).max(LIMITS.characters.token);
export const emailSchema = z.email(FIELD_FAULTS.email).max(LIMITS.characters.email);
const SHORTEST_PASSWORD = LIMITS.characters.passwordAtLeast;
const TOO_SHORT = { error: fieldSentence('too-short', SHORTEST_PASSWORD), abort: true };
/**
 * Counted and judged as it looks, however a keyboard writes its characters; one that stands for many (ﷺ for 18) is still one
 * that was typed.
 */
const passwordSchema = z
  .string()
  .min(SHORTEST_PASSWORD, TOO_SHORT)
  .normalize('NFKC')
  .min(SHORTEST_PASSWORD, TOO_SHORT)
  .max(LIMITS.characters.password);

/** A keyboard may write one character as several code points (Hangul as three). */
const MOST_CODES_PER_CHARACTER = 4;

/** A password that is compared, whatever the rules were when it was chosen. */
const givenPasswordSchema = z
  .string()
  .min(1)
  .max(LIMITS.characters.password * MOST_CODES_PER_CHARACTER);

export const userSchema = z.object({
  userId: publicIdSchema,
  email: z.string(),
  name: z.string(),
  role: z.enum(['operator', 'member']),
  createdAt: instantSchema,
});
export type User = z.output<typeof userSchema>;

export const authOptionsSchema = z.object({
  /** Nobody has registered yet: whoever does becomes the operator. */
  isFirst: z.boolean(),
  isRegistrationOpen: z.boolean(),
  /** Passwords can be reset by mail. */
  isMailEnabled: z.boolean(),
});
export type AuthOptions = z.output<typeof authOptionsSchema>;

export const registerSchema = z.object({
  email: emailSchema,
  name: nameSchema,
  password: passwordSchema,
  /** Secret of an invitation to a project, which is accepted with it; it lets one in where registration is closed. */
  invitation: linkSecretSchema.optional(),
});
export const loginSchema = z.object({ email: emailSchema, password: givenPasswordSchema });
export const renameUserSchema = z.object({ name: nameSchema });
export const changePasswordSchema = z.object({
  currentPassword: givenPasswordSchema,
  newPassword: passwordSchema,
});
export const requestResetSchema = z.object({ email: emailSchema });
export const resetPasswordSchema = z.object({
  token: linkSecretSchema,
  newPassword: passwordSchema,
});

export const currentUserSchema = z.object({ user: userSchema.nullable() });

export const userSessionSchema = z.object({
  sessionId: publicIdSchema,
  ipAddress: z.string().nullable(),
  userAgent: z.string().nullable(),
  createdAt: instantSchema,
  lastUsedAt: instantSchema,
  expiresAt: instantSchema,
  /** The one that asks. */
  isCurrent: z.boolean(),
});
export type UserSession = z.output<typeof userSessionSchema>;

export const auditEntrySchema = z.object({
  entryId: z.int(),
  at: instantSchema,
  userId: z.string().nullable(),
  projectId: z.string().nullable(),
  action: z.string(),
  subjectId: z.string().nullable(),
  detail: z.record(z.string(), z.unknown()),
  ipAddress: z.string().nullable(),
});
export type AuditEntry = z.output<typeof auditEntrySchema>;
