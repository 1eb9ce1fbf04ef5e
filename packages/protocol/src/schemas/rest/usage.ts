import * as z from 'zod';
import { LIMITS } from '../../limits.ts';
import { instantSchema, pageQuerySchema, publicIdSchema } from './common.ts';

const daySchema = z.iso.date();

/** Both days included; UTC. The last 30 days if left out. */
const rangeSchema = z.object({ from: daySchema.optional(), to: daySchema.optional() });
export const usageQuerySchema = rangeSchema.extend({
  /** Only of this key or avatar. */
  licenceId: publicIdSchema.optional(),
  avatarId: publicIdSchema.optional(),
});
export const ledgerSumQuerySchema = pageQuerySchema.extend(rangeSchema.shape);

const usageSumSchema = z.object({
  calls: z.int(),
  callSeconds: z.number(),
  generatedSeconds: z.number(),
  /** Points that were charged. */
  points: z.number(),
});
export const usageDaySchema = usageSumSchema.extend({
  day: daySchema,
  /** Empty: not by a licence. */
  licenceId: z.string(),
});
export type UsageDay = z.output<typeof usageDaySchema>;

export const usageOfAvatarSchema = usageSumSchema.extend({
  /** Empty: not with an avatar, or from before that was counted. */
  avatarId: z.string(),
  /** Null when the avatar was deleted. */
  avatarName: z.string().nullable(),
});
export type UsageOfAvatar = z.output<typeof usageOfAvatarSchema>;

/** `avatars`: of the whole time, those with most of it first. */
export const usageSchema = z.object({
  from: daySchema,
  to: daySchema,
  days: z.array(usageDaySchema),
  avatars: z.array(usageOfAvatarSchema),
});
export type Usage = z.output<typeof usageSchema>;

export const walletSchema = z.object({
  /** Points; meaningless while unlimited. */
  balance: z.number(),
  isUnlimited: z.boolean(),
  pointsPerMinute: z.number(),
});
export type Wallet = z.output<typeof walletSchema>;

export const ledgerEntrySchema = z.object({
  entryId: z.int(),
  at: instantSchema,
  kind: z.enum(['call', 'generation', 'grant', 'free']),
  /** Points; negative: taken. */
  points: z.number(),
  seconds: z.number(),
  licenceId: z.string().nullable(),
  /** The session or job. */
  sourceId: z.string(),
  note: z.string().nullable(),
});
export type LedgerEntry = z.output<typeof ledgerEntrySchema>;

/** All entries of one call, job or grant; `entryId` and `at` are of the first one. */
export const ledgerSumSchema = ledgerEntrySchema.extend({
  keyName: z.string().nullable(),
  /** Null: not with an avatar, or the talk is not on record any more. */
  avatarId: z.string().nullable(),
  avatarName: z.string().nullable(),
  /** The talk with the session id `sourceId` is on record. */
  hasTranscript: z.boolean(),
});
export type LedgerSum = z.output<typeof ledgerSumSchema>;

export const grantPointsSchema = z.object({
  points: z.number().positive().max(1_000_000_000),
  note: z.string().trim().max(LIMITS.characters.note).default(''),
});
export const setWalletSchema = z.object({ isUnlimited: z.boolean() });
