import { createHash } from 'node:crypto';
import { HEAD_BYTES, type SourceKind } from '@visavis/protocol/file-kind';
import { and, eq, isNull, sql } from 'drizzle-orm';
import type { Database } from '../../db/database.ts';
import { type LinkPiece, uploadLinks } from '../../db/making-schema.ts';
import { type BlobOwner, type BlobStore, BlobStoreError } from '../../files/blob-store.ts';
import type { PaceRule } from '../avatars/making/pace.ts';
import { paced } from '../avatars/making/receive-file.ts';
import { refusal } from '../control-error.ts';
import type { ControlLogger } from '../logger.ts';
import { LinkParts } from './link-parts.ts';
import { judgeSource } from './sources.ts';

export type LinkRow = typeof uploadLinks.$inferSelect;
type SizedRow = LinkRow & { readonly sizeBytes: number };

export type LinkFilesOptions = {
  readonly db: Pick<Database, 'orm'>;
  readonly store: BlobStore;
  readonly folder: string;
  readonly logger: ControlLogger;
  /** Left out: `PIECE_BYTES`. */
  readonly pieceBytes?: number;
};

type Sending = {
  readonly offset: number;
  readonly pace: () => PaceRule;
  readonly signal: AbortSignal;
  /** Ends what is on its way to the store. */
  readonly storing: AbortSignal;
};

/** A piece is not in the store, or another one is: the file cannot be whole any more. The store itself answers. */
class LostPieceError extends Error {}

/** So much is lost at most when a node dies in the midst of a long sending. */
const PIECE_BYTES = 64 * 1024 * 1024;
/** Of a link whose file comes in more pieces, the rest stays on the disk of its node. */
const MOST_PIECES = 4000;

/**
 * What has come of the files of links: pieces in the store, from which every node goes on, and after them what comes in at this moment,
 * on the disk of the node that it comes to. Callers of what changes it have the link's lock; of two nodes that do, one succeeds.
 */
export class LinkFiles {
  readonly #options: LinkFilesOptions;
  readonly #parts: LinkParts;
  readonly #pieceBytes: number;

  constructor(options: LinkFilesOptions) {
    this.#options = options;
    this.#parts = new LinkParts(options.folder);
    this.#pieceBytes = options.pieceBytes ?? PIECE_BYTES;
  }

  /** As far as this node knows. */
  async receivedOf(row: LinkRow): Promise<number> {
    return bytesIn(row.pieces) + (await this.#parts.bytesOf(partOf(row)));
  }

  /** Takes what comes until it ends or fails, and says how much of the file is there then. What has come stays. */
  async append(
    row: SizedRow,
    body: AsyncIterable<Buffer>,
    { offset, pace, signal, storing }: Sending,
  ): Promise<number> {
    const parts = paced(body[Symbol.asyncIterator](), pace, signal);
    // Begun again: what came before is forgotten.
    const current = { row: offset === 0 ? await this.forget(row) : row, end: offset, most: this.#pieceBytes };
    let isUnusable = false;
    const judge = async (): Promise<void> => {
      const head = await this.#headOf(current.row);
      await judgeSource(head, row.sizeBytes).catch((error: unknown) => {
        isUnusable = true;
        throw error;
      });
    };
    try {
      for (let isOver = false; !isOver; ) {
        const from = bytesIn(current.row.pieces);
        const { sizeBytes } = row;
        const written = { offset: current.end, from, most: current.most, sizeBytes, judge };
        ({ end: current.end, isOver } = await this.#parts.append(partOf(current.row), parts, written));
        if (current.end < row.sizeBytes) await this.#handOverIn(current, storing);
      }
      return current.end;
    } catch (error) {
      // The link stays open for the right file.
      if (isUnusable) await this.forget(current.row);
      else if (error instanceof LostPieceError) await this.#beginAnew(current.row);
      else await this.handOver(current.row, storing).catch(() => {});
      throw error;
    }
  }

  async #handOverIn(current: { row: LinkRow; most: number }, signal: AbortSignal): Promise<void> {
    const next = await this.handOver(current.row, signal);
    // It stays on this disk, and is tried again with the end of what comes.
    if (next === current.row) current.most = Number.POSITIVE_INFINITY;
    current.row = next;
  }

  /**
   * What is on this disk becomes a piece in the store; gives the row as it is then. The same row: the store does not take it now.
   * @throws ControlError `conflict` where another node was quicker
   */
  async handOver(row: LinkRow, signal: AbortSignal): Promise<LinkRow> {
    const { db, store, logger } = this.#options;
    const part = partOf(row);
    if ((await this.#parts.bytesOf(part)) === 0 || row.pieces.length >= MOST_PIECES) return row;
    const owner = ownerOf(row.id);
    try {
      const { sha256, bytes } = await store.putFile(owner, this.#parts.pathOf(part), { signal });
      const pieces = [...row.pieces, { sha256, bytes }];
      const [next] = await db.orm.update(uploadLinks).set({ pieces }).where(isStill(row)).returning();
      await this.#parts.remove(part);
      if (next !== undefined) return next;
      await this.#deleteUnnamed(row.id, sha256);
    } catch (error) {
      if (!(error instanceof BlobStoreError) || signal.aborted) throw error;
      logger.warn({ uploadId: row.id, error: error.message }, 'A piece of a file waits on this disk');
      return row;
    }
    throw refusal('conflict', 'link-busy');
  }

  /** Nothing of the file is there any more; gives the row as it is then. */
  async forget(row: LinkRow): Promise<LinkRow> {
    await this.#parts.remove(partOf(row));
    if (row.pieces.length === 0) return row;
    const [next] = await this.#options.db.orm.update(uploadLinks).set({ pieces: [] }).where(isStill(row)).returning();
    if (next === undefined) throw refusal('conflict', 'link-busy');
    await this.#parts.remove(partOf(next));
    await this.#deletePieces(row, null);
    return next;
  }

  /** What was lost is not waited for: the sender learns of it, and begins at the beginning. */
  async #beginAnew(row: LinkRow): Promise<never> {
    this.#options.logger.warn({ uploadId: row.id }, 'A piece of a file is not in the store: it has to be sent again');
    await this.forget(row);
    throw refusal('conflict', 'link-lost');
  }

  /**
   * Puts the whole file into the store, of which all has come.
   * @throws BlobStoreError
   * @throws ControlError `conflict` where a piece of it was lost: nothing of it is there any more
   */
  async keep(row: SizedRow, signal: AbortSignal): Promise<SourceKind & { readonly sha256: string }> {
    try {
      return await this.#keep(row, signal);
    } catch (error) {
      if (error instanceof LostPieceError) return await this.#beginAnew(row);
      throw error;
    }
  }

  async #keep(row: SizedRow, signal: AbortSignal): Promise<SourceKind & { readonly sha256: string }> {
    const { store } = this.#options;
    const kind = await judgeSource(await this.#headOf(row), row.sizeBytes);
    const part = partOf(row);
    const [only, ...others] = row.pieces;
    if (only === undefined) {
      const { sha256 } = await store.putFile(ownerOf(row.id), this.#parts.pathOf(part), { signal });
      return { ...kind, sha256 };
    }
    if (others.length === 0 && only.bytes === row.sizeBytes) return { ...kind, sha256: only.sha256 };
    const whole = { maxBytes: row.sizeBytes, signal };
    const { sha256 } = await store.put(ownerOf(row.id), this.#read(row, row.sizeBytes, signal), whole);
    return { ...kind, sha256 };
  }

  /** The file is in the store, as `sha256`; null: the link is gone. */
  async clear(row: LinkRow, sha256: string | null): Promise<void> {
    await this.#parts.remove(partOf(row));
    await this.#deletePieces(row, sha256);
  }

  /** Ids of links, of whose files something lies on this disk, each with the age of that. */
  async here(nowMs: number): Promise<{ readonly part: string; readonly uploadId: string; readonly ageMs: number }[]> {
    const found = await this.#parts.list();
    return found.map(({ name, writtenAtMs }) => ({
      part: name,
      uploadId: name.slice(0, 32),
      ageMs: nowMs - writtenAtMs,
    }));
  }

  isCurrent(row: LinkRow, part: string): boolean {
    return row.sha256 === null && part === partOf(row);
  }

  removePart(part: string): Promise<void> {
    return this.#parts.remove(part);
  }

  async #headOf(row: LinkRow): Promise<Buffer> {
    const head: Uint8Array[] = [];
    for await (const bytes of this.#read(row, HEAD_BYTES)) head.push(bytes);
    return Buffer.concat(head);
  }

  /** Its first bytes, `most` of them. */
  async *#read(row: LinkRow, most: number, signal?: AbortSignal): AsyncGenerator<Uint8Array> {
    let left = most;
    for (const { sha256, bytes } of row.pieces) {
      if (left === 0) return;
      const piece = await this.#options.store.find({ ...ownerOf(row.id), sha256 }, { signal });
      if (piece?.bytes !== bytes) throw new LostPieceError();
      const last = Math.min(bytes, left) - 1;
      yield* piece.read({ range: { first: 0, last }, signal });
      left -= last + 1;
    }
    if (left > 0) yield* this.#parts.read(partOf(row), left);
  }

  async #deletePieces(row: LinkRow, kept: string | null): Promise<void> {
    const gone = new Set(row.pieces.map(({ sha256 }) => sha256).filter((sha256) => sha256 !== kept));
    for (const sha256 of gone) await this.#delete(row.id, sha256);
  }

  /** A piece that came too late. The same bytes may be those of the one that was quicker. */
  async #deleteUnnamed(uploadId: string, sha256: string): Promise<void> {
    const [row] = await this.#options.db.orm.select().from(uploadLinks).where(eq(uploadLinks.id, uploadId));
    const named = row === undefined ? [] : [row.sha256, ...row.pieces.map((piece) => piece.sha256)];
    if (!named.includes(sha256)) await this.#delete(uploadId, sha256);
  }

  async #delete(uploadId: string, sha256: string): Promise<void> {
    // The housekeeping does it later.
    await this.#options.store.delete({ ...ownerOf(uploadId), sha256 }).catch(() => {});
  }
}

export function ownerOf(uploadId: string): BlobOwner {
  return { area: 'uploads', owner: uploadId };
}

/** What follows these pieces, on the disk of a node: a piece that came over another one makes it void. */
function partOf({ id, pieces }: LinkRow): string {
  if (pieces.length === 0) return id;
  return `${id}.${createHash('sha256')
    .update(pieces.map(({ sha256 }) => sha256).join())
    .digest('hex')
    .slice(0, 16)}`;
}

function bytesIn(pieces: readonly LinkPiece[]): number {
  return pieces.reduce((sum, { bytes }) => sum + bytes, 0);
}

function isStill({ id, pieces }: LinkRow) {
  const unchanged = sql`${uploadLinks.pieces} = ${JSON.stringify(pieces)}::jsonb`;
  return and(eq(uploadLinks.id, id), isNull(uploadLinks.sha256), unchanged);
}
