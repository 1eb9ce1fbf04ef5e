import { KERNEL_PAGE_BYTES, type KernelMemory, type Picture, startKernel } from '@visavis/media/core';
import { type Box, CUBIC_WEIGHTS } from '../../pixels/picture-box.ts';
import type { DubDrawing } from './dub-drawing.ts';
import { createGrain, grainShiftOf } from './film-grain.ts';
import { COLUMN } from './warp-columns.ts';

type Exports = { readonly memory: KernelMemory; drawLuma(plan: number): void; drawChroma(plan: number): void };

const FILE = new URL('./dub-kernel.wasm', import.meta.url);
/** At the beginning of memory: the plan of a picture, and what the kernel keeps of four pixels. */
const PLAN_BYTES = 384;
/** Weights as whole numbers, whose products fit 32 bits. */
const WEIGHT_ONE = 16_384;

/** A plane of the box that is drawn: as it was, with a border for samples beside it, and as it will be. */
type PlaneInMemory = {
  readonly from: number;
  readonly stride: number;
  readonly out: number;
  readonly outStride: number;
  readonly box: Box;
};

/** Draws in vector instructions, in memory of its own, what `DrawingReference` draws. Built by `tools/build-drawing`. */
export class DubKernel {
  readonly #exports = startKernel<Exports>(FILE);
  readonly #grainAt: number;
  readonly #weightsAt: number;
  readonly #pairsAt: number;
  /** What is laid down for one picture begins here. */
  readonly #start: number;
  #next = PLAN_BYTES;
  #bytes = new Uint8Array(0);

  constructor() {
    this.#grainAt = this.#lay(runOn(createGrain()));
    this.#weightsAt = this.#lay(CUBIC_WEIGHTS);
    this.#pairsAt = this.#lay(wholeWeights());
    this.#start = this.#next;
  }

  draw(picture: Picture, drawing: DubDrawing): void {
    const { width, height } = picture;
    const { box } = drawing;
    this.#next = this.#start;
    const half = { left: box.left / 2, top: box.top / 2, width: box.width / 2, height: box.height / 2 };
    const columns = this.#lay(drawing.columns.subarray(0, drawing.columnCount * COLUMN.fields));
    const edges = this.#lay(drawing.edges.values);
    const inside = this.#lay(drawing.inside.texels);
    const size = width * height;
    const planes = [
      picture.data.subarray(0, size),
      picture.data.subarray(size, size + size / 4),
      picture.data.subarray(size + size / 4),
    ] as const;
    const luma = this.#layPlane(planes[0], width, box);
    const u = this.#layPlane(planes[1], width / 2, half);
    const v = this.#layPlane(planes[2], width / 2, half);
    this.#layPlan(drawing, { luma, u, v, columns, edges, inside });
    this.#exports.drawLuma(0);
    this.#exports.drawChroma(0);
    this.#takePlane(luma, planes[0], width);
    this.#takePlane(u, planes[1], width / 2);
    this.#takePlane(v, planes[2], width / 2);
  }

  #layPlan(drawing: DubDrawing, at: Laid): void {
    const { box, axes, reach, chin, edges, inside } = drawing;
    const numbers = [
      box.left,
      box.top,
      box.width,
      box.height,
      at.luma.from,
      at.u.from,
      at.v.from,
      at.luma.stride,
      at.u.stride,
      at.luma.out,
      at.u.out,
      at.v.out,
      at.columns,
      drawing.columnCount - 1,
      at.edges,
      edges.count,
      at.inside,
      inside.width,
      inside.height,
      this.#grainAt,
      grainShiftOf(drawing.index),
      this.#pairsAt,
      this.#weightsAt,
    ];
    const fractions = [
      axes.originX,
      axes.originY,
      axes.cos,
      axes.sin,
      reach.side,
      reach.top,
      1 / (-0.8 * reach.top),
      0.95 * chin,
      1 / (0.75 * chin),
      1 / drawing.softEdge,
      drawing.grain,
      inside.left,
      inside.top,
      inside.texelsPerPx,
      drawing.strength,
    ];
    new Int32Array(this.#bytes.buffer, 0, numbers.length).set(numbers);
    new Float32Array(this.#bytes.buffer, 4 * numbers.length, fractions.length).set(fractions);
  }

  #layPlane(data: Uint8Array, width: number, box: Box): PlaneInMemory {
    const stride = box.width + 3;
    const from = this.#room(stride * (box.height + 3));
    const outStride = Math.ceil(box.width / 4) * 4;
    const out = this.#room(outStride * box.height);
    const bytes = this.#bytes;
    for (let row = -1; row < box.height + 2; row++) {
      const start = (box.top + Math.min(box.height - 1, Math.max(0, row))) * width + box.left;
      const at = from + (row + 1) * stride;
      bytes.set(data.subarray(start, start + box.width), at + 1);
      bytes[at] = data[start] as number;
      bytes.fill(data[start + box.width - 1] as number, at + 1 + box.width, at + stride);
    }
    return { from, stride, out, outStride, box };
  }

  #takePlane({ out, outStride, box }: PlaneInMemory, data: Uint8Array, width: number): void {
    for (let row = 0; row < box.height; row++) {
      const start = out + row * outStride;
      data.set(this.#bytes.subarray(start, start + box.width), (box.top + row) * width + box.left);
    }
  }

  #lay(values: Float32Array | Int16Array): number {
    const at = this.#room(values.byteLength);
    this.#bytes.set(new Uint8Array(values.buffer, values.byteOffset, values.byteLength), at);
    return at;
  }

  /** Memory is kept from picture to picture, and grows to what the largest one needs. */
  #room(byteLength: number): number {
    const at = this.#next;
    // Four bytes are read at a time, also of the last one.
    this.#next += Math.ceil((byteLength + 4) / 16) * 16;
    const { memory } = this.#exports;
    const missing = this.#next - memory.buffer.byteLength;
    if (missing > 0) memory.grow(Math.ceil(missing / KERNEL_PAGE_BYTES));
    if (this.#bytes.buffer !== memory.buffer) this.#bytes = new Uint8Array(memory.buffer);
    return at;
  }
}

/** Where in memory what is. */
type Laid = {
  readonly luma: PlaneInMemory;
  readonly u: PlaneInMemory;
  readonly v: PlaneInMemory;
  readonly columns: number;
  readonly edges: number;
  readonly inside: number;
};

/** `CUBIC_WEIGHTS` in whole numbers that sum to one, so that what is even stays so. */
function wholeWeights(): Int16Array {
  const whole = Int16Array.from(CUBIC_WEIGHTS, (weight) => Math.round(weight * WEIGHT_ONE));
  for (let at = 0; at < whole.length; at += 4) {
    const four = whole.subarray(at, at + 4);
    const largest = four.indexOf(Math.max(...four));
    four[largest] = (four[largest] as number) + WEIGHT_ONE - four.reduce((sum, weight) => sum + weight, 0);
  }
  return whole;
}

/** With its first values once more behind its last one, since four are read at a time. */
function runOn(values: Float32Array): Float32Array {
  const longer = new Float32Array(values.length + 3);
  longer.set(values);
  longer.set(values.subarray(0, 3), values.length);
  return longer;
}
