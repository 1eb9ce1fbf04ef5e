export type FileKind = {
  readonly kind: 'picture' | 'video';
  /** Ending of a file name, with the dot. */
  readonly ending: string;
};

/** First bytes that are enough for `fileKind`. */
export const HEAD_BYTES = 64;

const PICTURE = 'picture' as const;
const VIDEO = 'video' as const;
/** Sizes of the second header of a BMP file, one per version of the format. */
const BMP_HEADER_SIZES: ReadonlySet<number> = new Set([12, 40, 52, 56, 64, 108, 124]);
/** Brands of ISO media files that hold still pictures, like HEIC. */
const STILL_BRANDS = /^(heic|heix|hevc|hevx|heim|heis|mif1|msf1|avif|avis|crx )$/;

/** What a file is by its first bytes; null: nothing that an avatar can be made from. Names are not believed. */
export function fileKind(head: Buffer): FileKind | null {
  const textAt = (from: number, to: number): string => head.subarray(from, to).toString('latin1');
  if (textAt(0, 3) === '\xff\xd8\xff') return { kind: PICTURE, ending: '.jpg' };
  if (textAt(0, 8) === '\x89PNG\r\n\x1a\n') return { kind: PICTURE, ending: '.png' };
  if (textAt(0, 4) === 'RIFF' && textAt(8, 12) === 'WEBP') return { kind: PICTURE, ending: '.webp' };
  if (textAt(0, 2) === 'BM' && head.length >= 18 && BMP_HEADER_SIZES.has(head.readUInt32LE(14))) {
    return { kind: PICTURE, ending: '.bmp' };
  }
  if (textAt(4, 8) === 'ftyp') {
    const brand = textAt(8, 12);
    if (STILL_BRANDS.test(brand)) return null;
    return { kind: VIDEO, ending: brand === 'qt  ' ? '.mov' : '.mp4' };
  }
  // QuickTime files of before 2001, and of some cameras, name no brand.
  if (['moov', 'wide', 'mdat'].includes(textAt(4, 8))) return { kind: VIDEO, ending: '.mov' };
  if (textAt(0, 4) === '\x1aE\xdf\xa3' && head.includes('webm')) return { kind: VIDEO, ending: '.webm' };
  return null;
}
