import type { FileFormat } from '@visavis/protocol/file-kind';

const JPEG = { stuffing: 0x00, private: 0x01, firstRestart: 0xd0, start: 0xd8, end: 0xd9, fill: 0xff } as const;
const PNG_SIGNATURE_BYTES = 8;
const PNG_CHUNK_BYTES = 12;
const RIFF_HEADER_BYTES = 8;
const WEBP_HEADER_BYTES = 12;
const WEBP_SLACK_BYTES = 4096;

/**
 * Whether a picture ends before its format's end mark: a copy that was broken off, or a camera that leaves the mark out.
 * What stands behind the mark, such as the film of a motion photo, does not count, nor do thumbnails inside the head.
 */
export function isCutOff(file: Buffer, format: FileFormat): boolean {
  if (format === 'jpg') return !hasJpegEnd(file);
  if (format === 'png') return !hasPngEnd(file);
  return format === 'webp' && missingBytes(file) > 0;
}

/**
 * A WebP file, whose decoder wants all bytes that its head promises, with zeros for those that are missing; null when they
 * are more than the share `mostMissing`. What they decode to lies at the very end of the picture. Zeros may mean more bits
 * than were there: the broken chunk grows, so that they do not run out.
 */
export function withWebpEnd(file: Buffer, mostMissing: number): Buffer | null {
  const missing = missingBytes(file);
  if (missing > mostMissing * (file.length + missing)) return null;
  const whole = Buffer.concat([file, Buffer.alloc(missing + WEBP_SLACK_BYTES)]);
  whole.writeUInt32LE(whole.length - RIFF_HEADER_BYTES, 4);
  for (let at = WEBP_HEADER_BYTES; at + RIFF_HEADER_BYTES <= file.length; ) {
    const byteLength = file.readUInt32LE(at + 4);
    const next = at + RIFF_HEADER_BYTES + byteLength + (byteLength % 2);
    if (next >= file.length) whole.writeUInt32LE(whole.length - at - RIFF_HEADER_BYTES, at + 4);
    at = next;
  }
  return whole;
}

function missingBytes(webp: Buffer): number {
  return Math.max(0, webp.readUInt32LE(4) + RIFF_HEADER_BYTES - webp.length);
}

/** Goes from marker to marker (ITU-T T.81, annex B): segments have lengths, coded data end at the next marker. */
function hasJpegEnd(file: Buffer): boolean {
  for (let at = file.indexOf(JPEG.fill, 2); at >= 0 && at + 1 < file.length; at = file.indexOf(JPEG.fill, at)) {
    const marker = file[at + 1] ?? 0;
    if (marker === JPEG.end) return true;
    if (marker === JPEG.fill) at += 1;
    else if (marker <= JPEG.private || (marker >= JPEG.firstRestart && marker <= JPEG.start)) at += 2;
    else if (at + 4 <= file.length) at += 2 + file.readUInt16BE(at + 2);
    else return false;
  }
  return false;
}

function hasPngEnd(file: Buffer): boolean {
  for (let at = PNG_SIGNATURE_BYTES; at + PNG_CHUNK_BYTES <= file.length; ) {
    if (file.toString('latin1', at + 4, at + 8) === 'IEND') return true;
    at += PNG_CHUNK_BYTES + file.readUInt32BE(at);
  }
  return false;
}
