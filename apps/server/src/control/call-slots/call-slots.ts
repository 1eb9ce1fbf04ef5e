import type { Database } from '../../db/database.ts';
import type { ControlLogger } from '../logger.ts';

/** A place is lost when it was not renewed for this long: its node has died. */
const LEASE_SECONDS = 20;
const RENEWAL_INTERVAL_MS = 5_000;
const MAX_REMEMBERED = 10_000;

type Licence = {
  readonly licenceId: string;
  readonly maxConcurrentCalls: number;
  /** Of the key that was shown; left out: not compared. */
  readonly keyDigest?: string;
};
type CallSlot = { release(): Promise<void> };

/** Places under the licences' limits of concurrent calls, counted across all nodes. */
export type CallSlots = {
  /**
   * Null when the limit is reached. `onLost` is called once when the place was taken away while held: the key was reset or
   * revoked on some node, or this one could not renew in time; or a claim on another node named this session in `replaces`,
   * and so got its place in one step.
   */
  claim(licence: Licence, sessionId: string, onLost?: () => void, replaces?: string): Promise<CallSlot | null>;
  /** Frees all places of a licence; their holders are told at their next renewal. */
  takeAll(licenceId: string): Promise<void>;
  /** Renews what this node holds. The timer calls it. */
  renew(): Promise<void>;
  close(): void;
};

type Held = { readonly licenceId: string; readonly no: number; readonly onLost: () => void };

/**
 * One row a place, claimed under `for update skip locked`: two claims never take the same row, so the limit holds without
 * counting, and a place of a dead node frees itself when its lease runs out.
 */
const CLAIM = `
  update call_slots set holder = $3, expires_at = now() + interval '${LEASE_SECONDS} seconds'
  where (licence_id, no) = (
    select licence_id, no from call_slots
    where licence_id = $1 and no <= $2 and expires_at < now()
    order by no limit 1 for update skip locked)
  returning no`;

/** From one session to the one that goes on for it: nobody else can get in between. */
const TAKE_OVER = `
  update call_slots set holder = $3, expires_at = now() + interval '${LEASE_SECONDS} seconds'
  where licence_id = $1 and holder = $2
  returning no`;

const FILL = `
  insert into call_slots (licence_id, no)
  select $1, no from generate_series(1, $2::int) as no
  on conflict do nothing`;

const RENEW = `
  update call_slots as slot set expires_at = now() + interval '${LEASE_SECONDS} seconds'
  from unnest($1::text[], $2::int[], $3::text[]) as held (licence_id, no, holder)
  where slot.licence_id = held.licence_id and slot.no = held.no and slot.holder = held.holder
  returning slot.holder`;

const RELEASE = `
  update call_slots set holder = null, expires_at = '-infinity'
  where licence_id = $1 and no = $2 and holder = $3`;

/** Asked after a claim: who claims after `takeAll` sees the new key, who claims before is taken by it. */
const IS_IN_FORCE = `
  select from licence_keys
  where id = $1 and revoked_at is null and ($2::text is null or encode(key_hash, 'hex') = $2)`;

const TAKE_ALL = `update call_slots set holder = null, expires_at = '-infinity' where licence_id = $1`;

export function createCallSlots({ pool }: Pick<Database, 'pool'>, logger: ControlLogger): CallSlots {
  const heldBySession = new Map<string, Held>();
  /** Up to which number this process has seen the places of a licence made. */
  const filledByLicence = new Map<string, number>();

  const take = async ({ licenceId, maxConcurrentCalls }: Licence, sessionId: string): Promise<number | null> => {
    const { rows } = await pool.query<{ no: number }>(CLAIM, [licenceId, maxConcurrentCalls, sessionId]);
    return rows[0]?.no ?? null;
  };

  const takeOver = async ({ licenceId }: Licence, sessionId: string, replaces: string): Promise<number | null> => {
    const { rows } = await pool.query<{ no: number }>(TAKE_OVER, [licenceId, replaces, sessionId]);
    const no = rows[0]?.no ?? null;
    // Its holder on this node knows; one on another finds out at its next renewal.
    if (no !== null) heldBySession.delete(replaces);
    return no;
  };

  const renew = async (): Promise<void> => {
    const renewed = [...heldBySession];
    if (renewed.length === 0) return;
    const { rows } = await pool.query<{ holder: string }>(RENEW, [
      renewed.map(([, { licenceId }]) => licenceId),
      renewed.map(([, { no }]) => no),
      renewed.map(([sessionId]) => sessionId),
    ]);
    const kept = new Set(rows.map(({ holder }) => holder));
    for (const [sessionId, held] of renewed) {
      if (kept.has(sessionId) || heldBySession.get(sessionId) !== held) continue;
      heldBySession.delete(sessionId);
      held.onLost();
    }
  };

  const timer = setInterval(() => {
    // Calls go on while the database is away; places that others took meanwhile are given up afterwards.
    renew().catch((error: unknown) => logger.warn({ error: String(error) }, 'Places of calls could not be renewed'));
  }, RENEWAL_INTERVAL_MS);
  timer.unref();

  return {
    async claim(licence, sessionId, onLost = () => {}, replaces) {
      let no = replaces === undefined ? null : await takeOver(licence, sessionId, replaces);
      no ??= await take(licence, sessionId);
      if (no === null && (filledByLicence.get(licence.licenceId) ?? 0) < licence.maxConcurrentCalls) {
        await pool.query(FILL, [licence.licenceId, licence.maxConcurrentCalls]);
        if (filledByLicence.size > MAX_REMEMBERED) filledByLicence.clear();
        filledByLicence.set(licence.licenceId, licence.maxConcurrentCalls);
        // Also when another claim was quicker to fill: its places may be free.
        no = await take(licence, sessionId);
      }
      if (no === null) return null;
      const inForce = await pool.query(IS_IN_FORCE, [licence.licenceId, licence.keyDigest ?? null]);
      if (inForce.rowCount === 0) {
        await pool.query(RELEASE, [licence.licenceId, no, sessionId]);
        return null;
      }
      const slot = { licenceId: licence.licenceId, no, onLost };
      heldBySession.set(sessionId, slot);
      return {
        async release() {
          heldBySession.delete(sessionId);
          await pool.query(RELEASE, [slot.licenceId, slot.no, sessionId]);
        },
      };
    },
    async takeAll(licenceId) {
      await pool.query(TAKE_ALL, [licenceId]);
    },
    renew,
    close() {
      clearInterval(timer);
    },
  };
}

/** After a crash its calls are gone. Only where one process alone has calls: elsewhere leases run out. */
export async function freeOrphanedSlots({ kind, pool }: Pick<Database, 'kind' | 'pool'>): Promise<void> {
  if (kind !== 'embedded') return;
  await pool.query(`update call_slots set holder = null, expires_at = '-infinity' where holder is not null`);
}
