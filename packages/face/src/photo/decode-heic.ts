import sharp from 'sharp';
import { InputError } from '../input-error.ts';
import { HeifFile, type HeifPiece, type HeifTiling } from './heif-library.ts';
import { type TiffPicture, tiffOf } from './tiff-picture.ts';

/** ITU-T H.273, table 2. */
const DISPLAY_P3 = 12;

export type HeicLimits = {
  readonly maxPixels: number;
  /** This share of the picture may be missing or damaged. */
  readonly mostMissing: number;
  /** Shown through transparent parts and in place of missing ones, in each channel. */
  readonly backdropGrey: number;
};

/**
 * Decodes the main picture of a HEIC file, upright. Throws for files that libheif cannot read, and `InputError` for a
 * picture of more than `maxPixels`: its own word counts, whatever a header has promised.
 */
export async function decodeHeic(
  bytes: Uint8Array,
  { maxPixels, mostMissing, backdropGrey }: HeicLimits,
): Promise<TiffPicture> {
  const file = new HeifFile(bytes);
  const { widthPx, heightPx } = file;
  if (widthPx * heightPx > maxPixels) throw new InputError('too-large');
  const picture = tiffOf(widthPx, heightPx, await profileOf(file));
  picture.pixels.fill(backdropGrey);
  const tiling = file.tiling();
  let [missing, fault]: [number, unknown] = [0, null];
  for (let row = 0; row < tiling.rows; row++) {
    for (let column = 0; column < tiling.columns; column++) {
      try {
        file.withPiece(tiling, column, row, (piece) =>
          place(piece, placeOf(tiling, column, row), picture, backdropGrey),
        );
      } catch (error) {
        missing += 1 / (tiling.columns * tiling.rows);
        fault = error;
        if (missing > mostMissing) throw fault;
      }
    }
  }
  return picture;
}

/** Colours told by a number alone are P3 or taken for those of an ordinary screen. */
async function profileOf(file: HeifFile): Promise<Buffer | null> {
  const profile = file.profile();
  if (profile !== null) return profile;
  return file.primaries() === DISPLAY_P3 ? displayP3() : null;
}

/** The profile that sharp brings along. */
async function displayP3(): Promise<Buffer | null> {
  const create = { width: 1, height: 1, channels: 3 as const, background: '#000' };
  const carrier = await sharp({ create }).withIccProfile('p3').png().toBuffer();
  return (await sharp(carrier).metadata()).icc ?? null;
}

type Place = { readonly left: number; readonly top: number };

function placeOf({ pieceWidthPx, pieceHeightPx, leftPx, topPx }: HeifTiling, column: number, row: number): Place {
  return { left: column * pieceWidthPx - leftPx, top: row * pieceHeightPx - topPx };
}

/** Puts a piece into the picture; what lies outside is left out. */
function place(piece: HeifPiece, { left, top }: Place, picture: TiffPicture, backdropGrey: number): void {
  const { channels, stride, bytes } = piece;
  const [from, to] = [Math.max(0, -left), Math.min(piece.widthPx, picture.width - left)];
  const lastRow = Math.min(piece.heightPx, picture.height - top);
  for (let y = Math.max(0, -top); y < lastRow; y++) {
    const row = bytes.subarray(y * stride + from * channels, y * stride + to * channels);
    let at = ((top + y) * picture.width + left + from) * 3;
    if (channels === 3) {
      picture.pixels.set(row, at);
      continue;
    }
    for (let i = 0; i < row.length; i += 4, at += 3) {
      const alpha = (row[i + 3] ?? 0) / 255;
      for (let c = 0; c < 3; c++) picture.pixels[at + c] = backdropGrey + alpha * ((row[i + c] ?? 0) - backdropGrey);
    }
  }
}
