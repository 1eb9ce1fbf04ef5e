import type { Picture } from '../core/picture.ts';
import { KERNEL_PAGE_BYTES, type KernelMemory, startKernel } from '../core/vector-kernel.ts';
import type { LayerPlanes } from './planes.ts';

type Exports = {
  readonly memory: KernelMemory;
  drawPlane(
    texels: number,
    other: number,
    alphas: number,
    texelWidth: number,
    texelHeight: number,
    grid: number,
    kinds: number,
    columns: number,
    rows: number,
    cell: number,
    out: number,
    otherOut: number,
    stride: number,
    width: number,
    height: number,
  ): void;
};

const FILE = new URL('./scene-kernel.wasm', import.meta.url);
/** Parts of the memory begin at whole vectors; the kernel reads one of texels at once, also the last one of a line … */
const VECTOR_BYTES = 16;
/** … and of the last line the one after it, which counts for nothing. */
const overrunBytes = (width: number): number => width + VECTOR_BYTES;

/** One plane of the picture, while it is drawn. */
type OutPlane = { readonly at: number; readonly stride: number; readonly width: number; readonly height: number };

/** Side of a cell, in pixels of brightness; those of colour are twice as large. */
export const CELL_PX = 16;

/**
 * A person and the scene behind, in the memory of the vector code that lays one over the other. What is written to `person`,
 * `lumaGrid`, `chromaGrid` and `kinds` (see `SceneCells`) counts at the next drawing.
 */
export class SceneMemory {
  readonly person: LayerPlanes;
  readonly columns: number;
  readonly rows: number;
  readonly lumaGrid: Float32Array;
  readonly chromaGrid: Float32Array;
  readonly kinds: Uint8Array;
  readonly #exports = startKernel<Exports>(FILE);
  readonly #clean: Uint8Array;
  readonly #drawn: Uint8Array;
  readonly #planes: readonly OutPlane[];

  /** `person` is copied; `scene` is as large as the pictures that will be drawn. */
  constructor(person: LayerPlanes, scene: Picture) {
    this.columns = Math.ceil(scene.width / CELL_PX);
    this.rows = Math.ceil(scene.height / CELL_PX);
    const corners = (this.columns + 1) * (this.rows + 1);
    let next = 0;
    const places = (sizes: readonly number[], overrun = VECTOR_BYTES): number[] =>
      sizes.map((size) => {
        const at = next;
        next += Math.ceil((size + overrun) / VECTOR_BYTES) * VECTOR_BYTES;
        return at;
      });
    const stride = Math.ceil(scene.width / 4) * 4;
    const half = Math.ceil(scene.width / 8) * 4;
    const outBytes = (stride + half) * scene.height;
    const layers = [person.y, person.u, person.v, person.alpha, person.chromaAlpha];
    const memory = this.#exports.memory;
    // The kernel keeps the first bytes for itself.
    next = 1024;
    const layerAt = places(
      layers.map((plane) => plane.length),
      overrunBytes(person.width),
    );
    const gridAt = places([8 * corners, 8 * corners, this.columns * this.rows]);
    const pictureAt = places([outBytes, outBytes]);
    const missing = next - memory.buffer.byteLength;
    if (missing > 0) memory.grow(Math.ceil(missing / KERNEL_PAGE_BYTES));
    const bytes = (at: number | undefined, length: number): Uint8Array => new Uint8Array(memory.buffer, at, length);
    const [y, u, v, alpha, chromaAlpha] = layers.map((plane, i) => {
      const copy = bytes(layerAt[i], plane.length);
      copy.set(plane);
      return copy;
    }) as [Uint8Array, Uint8Array, Uint8Array, Uint8Array, Uint8Array];
    this.person = { width: person.width, height: person.height, y, u, v, alpha, chromaAlpha };
    this.lumaGrid = new Float32Array(memory.buffer, gridAt[0], 2 * corners);
    this.chromaGrid = new Float32Array(memory.buffer, gridAt[1], 2 * corners);
    this.kinds = bytes(gridAt[2], this.columns * this.rows);
    this.#clean = bytes(pictureAt[0], outBytes);
    this.#drawn = bytes(pictureAt[1], outBytes);
    const { width, height } = scene;
    const chroma = { stride: half, width: width / 2, height: height / 2 };
    const at = stride * height;
    this.#planes = [
      { at: 0, stride, width, height },
      { at, ...chroma },
      { at: at + half * chroma.height, ...chroma },
    ];
    this.#eachRow((memoryAt, to, length) => {
      this.#clean.set(scene.data.subarray(to, to + length), memoryAt);
    });
  }

  draw(out: Picture): void {
    this.#drawn.set(this.#clean);
    const { y, u, v, alpha, chromaAlpha } = this.person;
    const [luma, blue, red] = this.#planes as [OutPlane, OutPlane, OutPlane];
    this.#drawPlanes([y], alpha, [luma], this.lumaGrid, 1);
    this.#drawPlanes([u, v], chromaAlpha, [blue, red], this.chromaGrid, 2);
    this.#eachRow((memoryAt, pictureAt, length) => {
      out.data.set(this.#drawn.subarray(memoryAt, memoryAt + length), pictureAt);
    });
  }

  /** One plane, or two of the same places and alphas. */
  #drawPlanes(
    [texels, other]: readonly [Uint8Array, Uint8Array?],
    alphas: Uint8Array,
    [plane, otherPlane]: readonly [OutPlane, OutPlane?],
    grid: Float32Array,
    step: number,
  ): void {
    const { width, height } = this.person;
    this.#exports.drawPlane(
      texels.byteOffset,
      other?.byteOffset ?? 0,
      alphas.byteOffset,
      width / step,
      height / step,
      grid.byteOffset,
      this.kinds.byteOffset,
      this.columns,
      this.rows,
      CELL_PX / step,
      this.#drawn.byteOffset + plane.at,
      this.#drawn.byteOffset + (otherPlane?.at ?? 0),
      plane.stride,
      plane.width,
      plane.height,
    );
  }

  /** Where runs of the picture lie in the kernel's memory and in a picture; whole planes where rows have no padding. */
  #eachRow(copy: (memoryAt: number, pictureAt: number, length: number) => void): void {
    let pictureAt = 0;
    for (const { at, stride, width, height } of this.#planes) {
      const rows = stride === width ? 1 : height;
      const length = (width * height) / rows;
      for (let row = 0; row < rows; row++) {
        copy(at + row * stride, pictureAt, length);
        pictureAt += length;
      }
    }
  }
}
