import { LIMITS } from '@visavis/protocol';
import { fileKind, HEAD_BYTES, sourceKind } from '@visavis/protocol/file-kind';
import type { SentFile } from './film-wish.ts';

export type FileUse = 'picture' | 'sound';

/** The largest files that films are made of. */
export const LARGEST: Readonly<Record<SentFile['kind'], number>> = {
  picture: LIMITS.bytes.picture,
  video: LIMITS.bytes.filmSource,
  sound: Math.min(LIMITS.bytes.linkedSound, LIMITS.bytes.filmSource),
};

/** The longest clip and sound, and the longer side of a clip. */
export const LONGEST_MINUTES = LIMITS.ranges.filmMs[1] / 60_000;
export const LONGEST_SIDE_PX = LIMITS.ranges.filmSidePx[1];

export type JudgedFile =
  | { readonly kind: SentFile['kind']; readonly fault: null }
  | { readonly fault: 'wrong' }
  | { readonly fault: 'tooLarge'; readonly limitBytes: number };

/** Whether the server would take the file, as far as its first bytes and size tell: before anything is sent. */
export async function judgeFile(file: File, use: FileUse): Promise<JudgedFile> {
  const kind = await kindOf(file, use);
  if (kind === null) return { fault: 'wrong' };
  const limitBytes = LARGEST[kind];
  return file.size > limitBytes ? { fault: 'tooLarge', limitBytes } : { kind, fault: null };
}

/** Null also for a file that cannot be read, such as a folder. */
async function kindOf(file: File, use: FileUse): Promise<SentFile['kind'] | null> {
  try {
    const head = new Uint8Array(await file.slice(0, HEAD_BYTES).arrayBuffer());
    if (use === 'picture') return (await fileKind(head))?.kind ?? null;
    // A film with sound is sound, too.
    const found = await sourceKind(head);
    return found === null || found.kind === 'picture' ? null : found.kind;
  } catch {
    return null;
  }
}
