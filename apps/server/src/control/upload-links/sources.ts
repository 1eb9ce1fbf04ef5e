import { LIMITS } from '@visavis/protocol';
import { PICTURE_NAMES, SOUND_NAMES, type SourceKind, sourceKind, VIDEO_NAMES } from '@visavis/protocol/file-kind';
import { type ControlError, refusal } from '../control-error.ts';

const LARGEST = { picture: LIMITS.bytes.picture, video: LIMITS.bytes.linkedVideo, sound: LIMITS.bytes.linkedSound };

/** @throws ControlError for a length that no file may have. */
export function requireSize(bytes: number): void {
  if (!Number.isSafeInteger(bytes) || bytes <= 0) throw refusal('bad-request', 'length-unsaid');
  if (bytes > LARGEST.video) throw tooLarge('video');
}

function tooLarge(kind: SourceKind['kind']): ControlError {
  return refusal('too-large', `${kind}-too-large`, { values: { limit: LARGEST[kind] / 1e6 } });
}

/**
 * What a file is by its beginning.
 * @throws ControlError `unsupported-type`, `too-large`
 */
export async function judgeSource(head: Buffer, sizeBytes: number): Promise<SourceKind> {
  const found = await sourceKind(head);
  if (found === null) {
    const values = { pictures: PICTURE_NAMES, videos: VIDEO_NAMES, sounds: SOUND_NAMES };
    throw refusal('unsupported-type', 'wrong-source', { values });
  }
  if (sizeBytes > LARGEST[found.kind]) throw tooLarge(found.kind);
  return found;
}
