import { createRequire } from 'node:module';
import type { RgbaImage } from '../frames/source-image.ts';
import { InputError } from './input-error.ts';

const require = createRequire(import.meta.url);

type HeifPicture = {
  get_width(): number;
  get_height(): number;
  is_primary(): boolean;
  /** Calls back with null when the pixels cannot be decoded. */
  display(
    into: { data: Uint8ClampedArray; width: number; height: number },
    done: (filled: object | null) => void,
  ): void;
  free(): void;
};

type LibHeif = { readonly HeifDecoder: new () => { decode(bytes: Uint8Array): HeifPicture[] } };

/**
 * Decodes the main picture of a HEIC file, upright, by libheif and libde265 as WebAssembly (LGPL), which are loaded with the
 * first such file. Throws for files that they cannot read, and `InputError` for one of more than `maxPixels`: its own word
 * counts, whatever a header has promised.
 */
export async function decodeHeic(bytes: Uint8Array, maxPixels: number): Promise<RgbaImage> {
  const { HeifDecoder } = require('libheif-js/wasm-bundle') as LibHeif;
  const pictures = new HeifDecoder().decode(bytes);
  try {
    const main = pictures.find((picture) => picture.is_primary()) ?? pictures[0];
    if (main === undefined) throw new Error('The HEIC file holds no picture.');
    const [width, height] = [main.get_width(), main.get_height()];
    if (width * height > maxPixels) throw new InputError('too-large');
    const data = new Uint8ClampedArray(width * height * 4);
    await new Promise<void>((resolve, reject) => {
      main.display({ data, width, height }, (filled) => {
        if (filled === null) reject(new Error('The pixels of the HEIC file cannot be decoded.'));
        else resolve();
      });
    });
    return { width, height, data: new Uint8Array(data.buffer) };
  } finally {
    for (const picture of pictures) picture.free();
  }
}
