import { createHash } from 'node:crypto';
import { mkdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import sharp from 'sharp';
import { type AvatarManifest, MANIFEST_FILE, parseManifest } from '../frames/manifest.ts';
import { composeOver, type RgbaImage } from '../frames/source-image.ts';

const THUMBNAIL_SIDE = 384;

/** Collects the files of a bundle in a folder beside the final one, which appears only when the bundle is complete. */
export class BundleWriter {
  readonly files: AvatarManifest['files'] = {};
  readonly #folder: string;
  readonly #partial: string;

  constructor(folder: string) {
    this.#folder = folder;
    this.#partial = `${folder}.partial-${process.pid}`;
  }

  /** Lossless, with the colours of transparent pixels, so that crops equal the whole where nothing moves. */
  async putImage(path: string, image: RgbaImage): Promise<string> {
    const { width, height, data } = image;
    return this.#put(
      path,
      await sharp(data, { raw: { width, height, channels: 4 } })
        .webp({ lossless: true, effort: 1, exact: true })
        .toBuffer(),
    );
  }

  async putGrey(path: string, data: Uint8Array, side: number): Promise<string> {
    return this.#put(
      path,
      await sharp(data, { raw: { width: side, height: side, channels: 1 } })
        .png()
        .toBuffer(),
    );
  }

  async putThumbnail(path: string, person: RgbaImage, background: RgbaImage): Promise<string> {
    const { width, height, data } = composeOver(person, background);
    return this.#put(
      path,
      await sharp(data, { raw: { width, height, channels: 4 } })
        .removeAlpha()
        .resize(THUMBNAIL_SIDE, THUMBNAIL_SIDE)
        .webp({ quality: 82 })
        .toBuffer(),
    );
  }

  /** Checks the manifest, writes it and puts the folder in its place, over an earlier one. */
  async finish(manifest: AvatarManifest): Promise<AvatarManifest> {
    const checked = parseManifest(manifest, this.#folder);
    await writeFile(join(this.#partial, MANIFEST_FILE), `${JSON.stringify(checked)}\n`);
    await rm(this.#folder, { recursive: true, force: true });
    await rename(this.#partial, this.#folder);
    return checked;
  }

  /** Removes what was written so far. */
  async discard(): Promise<void> {
    await rm(this.#partial, { recursive: true, force: true });
  }

  async #put(path: string, bytes: Buffer): Promise<string> {
    const file = join(this.#partial, path);
    await mkdir(dirname(file), { recursive: true });
    await writeFile(file, bytes);
    this.files[path] = fileEntry(bytes);
    return path;
  }
}

/** Adds a file that lies in the folder already to a finished bundle that nobody has opened yet. */
export async function addToBundle(
  folder: string,
  manifest: AvatarManifest,
  file: string,
  change: Pick<AvatarManifest, 'loop'> | Pick<AvatarManifest, 'preview'>,
): Promise<AvatarManifest> {
  const files = { ...manifest.files, [file]: fileEntry(await readFile(join(folder, file))) };
  const checked = parseManifest({ ...manifest, ...change, files }, folder);
  await writeFile(join(folder, MANIFEST_FILE), `${JSON.stringify(checked)}\n`);
  return checked;
}

function fileEntry(bytes: Buffer): AvatarManifest['files'][string] {
  return { bytes: bytes.byteLength, sha256: createHash('sha256').update(bytes).digest('hex') };
}
