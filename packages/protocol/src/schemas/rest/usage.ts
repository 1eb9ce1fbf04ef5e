import * as z from 'zod';
import { LIMITS } from '../../limits.ts';
import { instantSchema } from './common.ts';

const daySchema = z.iso.date();

/** Both days included; UTC. The last 30 days if left out. */
export const usageQuerySchema = z.object({ from: daySchema.optional(), to: daySchema.optional() });

export const usageDaySchema = z.object({
  day: daySchema,
  /** Empty: not by a licence. */
  licenceId: z.string(),
  calls: z.int(),
  callSeconds: z.number(),
  generatedSeconds: z.number(),
  /** Points that were charged. */
  points: z.number(),
});
export type UsageDay = z.output<typeof usageDaySchema>;

export const usageSchema = z.object({ from: daySchema, to: daySchema, days: z.array(usageDaySchema) });
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

export const grantPointsSchema = z.object({
  points: z.number().positive().max(1_000_000_000),
  note: z.string().trim().max(LIMITS.characters.note).default(''),
});
export const setWalletSchema = z.object({ isUnlimited: z.boolean() });
