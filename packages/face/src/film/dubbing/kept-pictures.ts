import {
  KERNEL_PAGE_BYTES,
  type KernelMemory,
  type Picture,
  pictureByteLength,
  startKernel,
} from '@visavis/media/core';

type Exports = {
  readonly memory: KernelMemory;
  keepPlane(
    plane: number,
    width: number,
    height: number,
    places: number,
    before: number,
    pool: number,
    next: number,
  ): number;
  showPlane(plane: number, width: number, height: number, places: number, pool: number): void;
};

const FILE = new URL('./tile-kernel.wasm', import.meta.url);
const TILE_SIDE_PX = 16;
const TILE_BYTES = TILE_SIDE_PX ** 2;
const PLACE_BYTES = Int32Array.BYTES_PER_ELEMENT;
/** In the kernel's memory; what lies before is its own. */
const PICTURE_AT = 1024;
/** For all pictures of a film. */
const MOST_BYTES = 160 * 1024 ** 2;
/** Films of so many times as many pictures as would fit if everything in them moved are not tried. */
const MOST_SHARED = 4;

/** A plane of a picture in the kernel's memory, and the number of its first tile. */
type Plane = { readonly at: number; readonly width: number; readonly height: number; readonly firstTile: number };

type KeptOptions = {
  readonly widthPx: number;
  readonly heightPx: number;
  /** How many there will be, about. */
  readonly count: number;
  readonly mostBytes?: number;
};

/**
 * All pictures of a film, or none where there is no memory for all. They are kept in tiles, those in which nothing changes once only: of
 * somebody before a wall that is a third of the pictures, or less.
 */
export class KeptPictures {
  readonly #options: KeptOptions;
  readonly #byteLength: number;
  readonly #planes: readonly Plane[];
  readonly #tileCount: number;
  /** In the kernel's memory: where the tiles of the picture before are, of the next one, and they themselves. */
  readonly #before: number;
  readonly #places: number;
  readonly #pool: number;
  #kernel: Exports | null;
  readonly #pictures: Int32Array[] = [];
  /** In the pool. */
  #next = 0;

  constructor(options: KeptOptions) {
    const { widthPx, heightPx, count, mostBytes = MOST_BYTES } = options;
    this.#options = options;
    this.#byteLength = pictureByteLength(widthPx, heightPx);
    this.#planes = planesOf(widthPx, heightPx);
    this.#tileCount = this.#planes.reduce((sum, plane) => sum + tileCountOf(plane), 0);
    this.#before = aligned(PICTURE_AT + this.#byteLength);
    this.#places = aligned(this.#before + this.#tileCount * PLACE_BYTES);
    this.#pool = aligned(this.#places + this.#tileCount * PLACE_BYTES);
    // Planes of colour are half as wide and high, and hold a tile at least.
    const isTried =
      Math.min(widthPx, heightPx) >= 2 * TILE_SIDE_PX && count * this.#byteLength <= MOST_SHARED * mostBytes;
    this.#kernel = isTried ? startKernel<Exports>(FILE) : null;
  }

  /** The next picture of the film. */
  add({ data }: Picture): void {
    if (this.#kernel === null) return;
    const { memory } = this.#kernel;
    const end = this.#pool + (this.#next + this.#tileCount) * TILE_BYTES;
    const tables = this.#pictures.length * this.#tileCount * PLACE_BYTES;
    if (end + tables > (this.#options.mostBytes ?? MOST_BYTES)) {
      this.clear();
      return;
    }
    const missing = end - memory.buffer.byteLength;
    if (missing > 0) memory.grow(Math.ceil(missing / KERNEL_PAGE_BYTES));
    new Uint8Array(memory.buffer, PICTURE_AT, this.#byteLength).set(data.subarray(0, this.#byteLength));
    for (const { at, width, height, firstTile } of this.#planes) {
      const before = this.#pictures.length === 0 ? 0 : this.#before + firstTile * PLACE_BYTES;
      const places = this.#places + firstTile * PLACE_BYTES;
      this.#next = this.#kernel.keepPlane(at, width, height, places, before, this.#pool, this.#next);
    }
    const places = new Int32Array(memory.buffer, this.#places, this.#tileCount).slice();
    new Int32Array(memory.buffer, this.#before, this.#tileCount).set(places);
    this.#pictures.push(places);
  }

  /** Copies a picture to `into`; false where it is not here. */
  show(index: number, into: Uint8Array): boolean {
    const picture = this.#pictures[index];
    if (picture === undefined || this.#kernel === null) return false;
    const { memory } = this.#kernel;
    new Int32Array(memory.buffer, this.#places, this.#tileCount).set(picture);
    for (const { at, width, height, firstTile } of this.#planes) {
      this.#kernel.showPlane(at, width, height, this.#places + firstTile * PLACE_BYTES, this.#pool);
    }
    into.set(new Uint8Array(memory.buffer, PICTURE_AT, this.#byteLength));
    return true;
  }

  /** Gives all of them up: none is kept from now on. */
  clear(): void {
    this.#pictures.length = 0;
    this.#kernel = null;
  }
}

function planesOf(widthPx: number, heightPx: number): Plane[] {
  const [width, height] = [widthPx / 2, heightPx / 2];
  const luma = { at: PICTURE_AT, width: widthPx, height: heightPx, firstTile: 0 };
  const blue = { at: PICTURE_AT + widthPx * heightPx, width, height, firstTile: tileCountOf(luma) };
  return [luma, blue, { ...blue, at: blue.at + width * height, firstTile: blue.firstTile + tileCountOf(blue) }];
}

function tileCountOf({ width, height }: Pick<Plane, 'width' | 'height'>): number {
  return Math.ceil(width / TILE_SIDE_PX) * Math.ceil(height / TILE_SIDE_PX);
}

function aligned(at: number): number {
  return Math.ceil(at / TILE_SIDE_PX) * TILE_SIDE_PX;
}
