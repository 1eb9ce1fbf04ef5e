import { createHash, randomUUID } from 'node:crypto';
import { mkdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { type AvatarManifest, composeOver, MANIFEST_FILE, parseManifest, type RgbaImage } from '@visavis/media/frames';
import sharp, { type Sharp } from 'sharp';

const THUMBNAIL_SIDE = 384;
/** Images that are encoded while the next one is drawn. */
const MAX_PENDING = 2;

/**
 * Collects the files of a bundle in a folder beside the final one, which appears only when the bundle is complete. Images
 * are encoded and written while their maker goes on; what fails there is thrown by a later call, at the latest by `finish`.
 */
export class BundleWriter {
  readonly #folder: string;
  readonly #partial: string;
  readonly #files = new Map<string, AvatarManifest['files'][string]>();
  readonly #pending = new Set<Promise<void>>();
  #failure: { readonly error: unknown } | null = null;

  constructor(folder: string) {
    this.#folder = folder;
    // Processes of several machines, which share the folder, may have one number.
    this.#partial = `${folder}.partial-${randomUUID()}`;
  }

  /**
   * Lossless, with the colours of transparent pixels, so that crops equal the whole where nothing moves. The image must
   * not change any more.
   */
  putImage(path: string, { width, height, data }: RgbaImage): Promise<string> {
    const image = sharp(data, { raw: { width, height, channels: 4 } });
    return this.#put(path, image.webp({ lossless: true, effort: 1, exact: true }));
  }

  putGrey(path: string, data: Uint8Array, side: number): Promise<string> {
    return this.#put(path, sharp(data, { raw: { width: side, height: side, channels: 1 } }).png());
  }

  putThumbnail(path: string, person: RgbaImage, background: RgbaImage): Promise<string> {
    const { width, height, data } = composeOver(person, background);
    const whole = sharp(data, { raw: { width, height, channels: 4 } }).removeAlpha();
    return this.#put(path, whole.resize(THUMBNAIL_SIDE, THUMBNAIL_SIDE).webp({ quality: 82 }));
  }

  /** Checks the manifest, writes it and puts the folder in its place, over an earlier one. */
  async finish(manifest: Omit<AvatarManifest, 'files'>): Promise<AvatarManifest> {
    await this.#settle(0);
    const files = Object.fromEntries([...this.#files].sort(([a], [b]) => (a < b ? -1 : 1)));
    const checked = parseManifest({ ...manifest, files }, this.#folder);
    await writeFile(join(this.#partial, MANIFEST_FILE), `${JSON.stringify(checked)}\n`);
    await rm(this.#folder, { recursive: true, force: true });
    await rename(this.#partial, this.#folder);
    return checked;
  }

  /** Removes what was written so far. */
  async discard(): Promise<void> {
    await Promise.all(this.#pending);
    await rm(this.#partial, { recursive: true, force: true });
  }

  async #put(path: string, image: Sharp): Promise<string> {
    await this.#settle(MAX_PENDING - 1);
    const writing = this.#write(path, image)
      .catch((error: unknown) => {
        this.#failure ??= { error };
      })
      .finally(() => this.#pending.delete(writing));
    this.#pending.add(writing);
    return path;
  }

  async #settle(mostPending: number): Promise<void> {
    while (this.#pending.size > mostPending) await Promise.race(this.#pending);
    if (this.#failure !== null) throw this.#failure.error;
  }

  async #write(path: string, image: Sharp): Promise<void> {
    const bytes = await image.toBuffer();
    const file = join(this.#partial, path);
    await mkdir(dirname(file), { recursive: true });
    await writeFile(file, bytes);
    this.#files.set(path, fileEntry(bytes));
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
