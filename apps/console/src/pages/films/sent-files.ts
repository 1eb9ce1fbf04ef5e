import { LIMITS } from '@visavis/protocol';
import { deleteUploadLink, makeUploadLink } from '../../api/film-queries.ts';
import { addressBelow } from './film-links.ts';
import type { SentFile } from './film-wish.ts';

/** Whether the file is the one that was on its way before the page was loaded anew. */
export function isSameFile(sent: SentFile | null, file: File): sent is SentFile {
  if (sent === null || sent.isReady) return false;
  return sent.name === nameFor(file) && sent.bytes === file.size && sent.lastModified === file.lastModified;
}

export function sendingAddress({ url }: SentFile): string {
  return globalThis.location.origin + addressBelow(url);
}

/** Whether both are one file of the disk, on whichever link. */
export function areOneFile(one: SentFile | null, other: SentFile | null): boolean {
  if (one === null || other === null || one.uploadId === other.uploadId) return one?.uploadId === other?.uploadId;
  return one.name === other.name && one.bytes === other.bytes && one.lastModified === other.lastModified;
}

export async function linkFor(projectId: string, file: File, kind: SentFile['kind']): Promise<SentFile> {
  const name = nameFor(file);
  const { uploadId, url } = await makeUploadLink(projectId, { name, bytes: file.size });
  return { uploadId, url, name, bytes: file.size, lastModified: file.lastModified, kind, isReady: false };
}

/** As the server keeps names: its end tells the format. */
function nameFor({ name }: File): string {
  return name.trim().slice(-LIMITS.characters.name) || '?';
}

/** A link whose file did not arrive is nobody's. Those with a file may belong to films, and go in time. */
export function forget(projectId: string, sent: SentFile | null): void {
  if (sent !== null && !sent.isReady) deleteUploadLink(projectId, sent.uploadId).catch(() => undefined);
}
