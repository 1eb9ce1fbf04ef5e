import type { Rating } from '@visavis/protocol/rest';
import { sql } from 'drizzle-orm';
import { type AnyPgColumn, bigint, customType, text, timestamp } from 'drizzle-orm/pg-core';

/**
 * Public ids are 32 hexadecimal digits. `ordinal` is the order of creation: the embedded database's clock has a
 * resolution of one millisecond, so time alone orders nothing.
 */
export const publicId = () => text('id').primaryKey();
export const ordinal = () => bigint('ordinal', { mode: 'number' }).generatedByDefaultAsIdentity().notNull();
export const instant = (name: string) => timestamp(name, { withTimezone: true, mode: 'date' });
export const createdAt = () => instant('created_at').notNull().defaultNow();
export const updatedAt = () => instant('updated_at').notNull().defaultNow();
export const isPublicId = (column: AnyPgColumn) => sql`${column} ~ '^[0-9a-f]{32}$'`;
/** Whole milliseconds, points in thousandths, and the like. */
export const amount = (name: string) => bigint(name, { mode: 'number' });

export const bytes = customType<{ data: Buffer; driverData: Buffer }>({ dataType: () => 'bytea' });

const RATINGS = { up: 1, down: -1 } as const;
/** Thumbs up or down, as a number that can be summed. */
export const rating = customType<{ data: Rating; driverData: number }>({
  dataType: () => 'smallint',
  toDriver: (value) => RATINGS[value],
  fromDriver: (value) => (value > 0 ? 'up' : 'down'),
});
