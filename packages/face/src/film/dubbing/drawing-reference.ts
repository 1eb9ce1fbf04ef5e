import type { Picture } from '@visavis/media/core';
import { type Box, copyBox, createPictureBox, cubicIn, linearIn } from '../../pixels/picture-box.ts';
import type { DubDrawing } from './dub-drawing.ts';
import { EDGE_FIELDS, EDGES_PER_PX } from './edge-shades.ts';
import { createGrain, GRAIN_SIDE, grainShiftOf } from './film-grain.ts';
import { type MouthInside, TEXEL_FIELDS } from './mouth-inside.ts';
import { COLUMN, COLUMNS_PER_PX } from './warp-columns.ts';

/** Moves below this are none, in pixels; and changes of light, as a share. */
const LEAST_MOVE_PX = 0.02;
const LEAST_SHADE = 0.004;
/** In 32 bits, what is added to this and taken away again is a whole number. */
const NEAREST = 2 ** 23;

/** Where a pixel comes from on the axes of the mouth, its light, and how far lips or skin cover it; negative where it stays as it is. */
type Aim = { u: number; v: number; light: number; cover: number };

/** What the kernel of `DubPainter` does, to read and to compare it with: pixel by pixel, in 64 bits, ten times slower. */
export class DrawingReference {
  readonly #luma = createPictureBox();
  readonly #u = createPictureBox();
  readonly #v = createPictureBox();
  readonly #grain = createGrain();
  readonly #inside = new Float32Array(TEXEL_FIELDS);
  readonly #aim: Aim = { u: 0, v: 0, light: 1, cover: 1 };

  draw(picture: Picture, drawing: DubDrawing): void {
    this.#copy(picture, drawing.box);
    this.#drawLuma(picture, drawing);
    this.#drawChroma(picture, drawing);
  }

  #copy({ width, height, data }: Picture, box: Box): void {
    copyBox(this.#luma, data, width, box);
    const half = { left: box.left / 2, top: box.top / 2, width: box.width / 2, height: box.height / 2 };
    const size = width * height;
    copyBox(this.#u, data.subarray(size, size + size / 4), width / 2, half);
    copyBox(this.#v, data.subarray(size + size / 4), width / 2, half);
  }

  #drawLuma({ width, data }: Picture, drawing: DubDrawing): void {
    const { box, axes, strength } = drawing;
    const shift = grainShiftOf(drawing.index);
    const aim = this.#aim;
    for (let y = box.top; y < box.top + box.height; y++) {
      for (let x = box.left; x < box.left + box.width; x++) {
        const [u, v] = mouthPlace(drawing, x + 0.5, y + 0.5);
        aimAt(drawing, u, v, aim);
        if (aim.cover < 0) continue;
        const sourceX = axes.originX + aim.u * axes.cos - aim.v * axes.sin;
        const sourceY = axes.originY + aim.u * axes.sin + aim.v * axes.cos;
        let value = 16 + (cubicIn(this.#luma, sourceX, sourceY) - 16) * aim.light;
        if (aim.cover < 1) {
          insideAt(drawing.inside, u, v, this.#inside);
          const noise = this.#grain[(shift + y * GRAIN_SIDE + x) & (GRAIN_SIDE * GRAIN_SIDE - 1)] as number;
          const inside = (this.#inside[0] as number) + noise * drawing.grain;
          value = inside + (value - inside) * aim.cover;
        }
        const at = y * width + x;
        const own = data[at] as number;
        data[at] = Math.min(235, Math.max(16, own + (value - own) * strength + 0.5));
      }
    }
  }

  #drawChroma({ width, height, data }: Picture, drawing: DubDrawing): void {
    const { box, axes, strength } = drawing;
    const size = width * height;
    const aim = this.#aim;
    for (let y = box.top / 2; y < (box.top + box.height) / 2; y++) {
      for (let x = box.left / 2; x < (box.left + box.width) / 2; x++) {
        const [u, v] = mouthPlace(drawing, 2 * x + 1, 2 * y + 1);
        aimAt(drawing, u, v, aim);
        if (aim.cover < 0) continue;
        const sourceX = (axes.originX + aim.u * axes.cos - aim.v * axes.sin) / 2;
        const sourceY = (axes.originY + aim.u * axes.sin + aim.v * axes.cos) / 2;
        if (aim.cover < 1) insideAt(drawing.inside, u, v, this.#inside);
        for (const [plane, source] of [this.#u, this.#v].entries()) {
          let value = 128 + (linearIn(source, sourceX, sourceY) - 128) * aim.light;
          const inside = this.#inside[1 + plane] as number;
          if (aim.cover < 1) value = inside + (value - inside) * aim.cover;
          const at = size + (plane * size) / 4 + y * (width / 2) + x;
          const own = data[at] as number;
          data[at] = Math.min(255, Math.max(0, own + (value - own) * strength + 0.5));
        }
      }
    }
  }
}

/** In 32 bits as the kernel: which layer a pixel belongs to must be the same. */
function mouthPlace({ axes }: DubDrawing, x: number, y: number): [u: number, v: number] {
  const { fround } = Math;
  const [right, down] = [x - axes.originX, y - axes.originY];
  return [
    fround(fround(right * axes.cos) + fround(down * axes.sin)),
    fround(fround(down * axes.cos) - fround(right * axes.sin)),
  ];
}

function columnAt({ reach, columnCount }: DubDrawing, u: number): number {
  const { fround } = Math;
  const place = Math.min(columnCount - 1, Math.max(0, fround(fround(u + fround(reach.side)) * COLUMNS_PER_PX)));
  return (fround(place + NEAREST) - NEAREST) * COLUMN.fields;
}

function aimAt(drawing: DubDrawing, u: number, v: number, aim: Aim): void {
  const { columns } = drawing;
  const column = columnAt(drawing, u);
  const isUpper = v < (columns[column + COLUMN.middle] as number);
  const moved = movedDown(columns, column + (isUpper ? COLUMN.upperLayer : COLUMN.lowerLayer), v);
  const sideways = movedAside(drawing, columns[column + COLUMN.sideways] as number, v);
  const edge = isUpper
    ? (columns[column + COLUMN.upper] as number) - v
    : v - (columns[column + COLUMN.lower] as number);
  const isOpen = columns[column + COLUMN.isOpen] === 1;
  aim.cover = isOpen ? Math.min(1, Math.max(0, edge / drawing.softEdge + 0.5)) : 1;
  aim.light = lightAt(drawing, column, edge, isUpper);
  const moves = Math.abs(moved) + Math.abs(sideways) > LEAST_MOVE_PX;
  if (aim.cover === 1 && !moves && Math.abs(aim.light - 1) < LEAST_SHADE) {
    aim.cover = -1;
    return;
  }
  // Beyond the edge of a lip it goes on as it is there.
  const beyond = Math.max(0, -edge);
  aim.u = u + sideways;
  aim.v = v + moved + (isUpper ? -beyond : beyond);
}

/** How much further down a layer was filmed. */
function movedDown(columns: Float32Array, layer: number, v: number): number {
  let moved = 0;
  for (let way = 0; way < 4; way++) {
    const gone = (v - (columns[layer + way] as number)) * (columns[layer + 4 + way] as number);
    const share = Math.min(1, Math.max(0, gone));
    const isStraight = way < 2;
    moved += (isStraight ? share : share * share * (3 - 2 * share)) * (columns[layer + 8 + way] as number);
  }
  return moved;
}

/** All of it at the height of the mouth, nothing at the nose and the chin. */
function movedAside({ reach, chin }: DubDrawing, sideways: number, v: number): number {
  const gone = v < 0 ? (v - reach.top) / (-0.8 * reach.top) : (0.95 * chin - v) / (0.75 * chin);
  const share = Math.min(1, Math.max(0, gone));
  return sideways * share * share * (3 - 2 * share);
}

function lightAt({ columns, edges }: DubDrawing, column: number, edge: number, isUpper: boolean): number {
  const step = Math.max(0, edge) * EDGES_PER_PX;
  const before = Math.trunc(step);
  if (before + 1 >= edges.count) return 1;
  const at = (before + (isUpper ? 0 : edges.count)) * EDGE_FIELDS;
  let light = 1;
  for (let k = 0; k < 3; k++) {
    const from = edges.values[at + k] as number;
    const to = edges.values[at + EDGE_FIELDS + k] as number;
    light *= 1 + (from + (to - from) * (step - before)) * (columns[column + COLUMN.shades + k] as number);
  }
  return light;
}

/** Catmull-Rom between the texels around a place. */
function insideAt(inside: MouthInside, u: number, v: number, out: Float32Array): void {
  const x = Math.min(inside.width - 3, Math.max(1, (u - inside.left) * inside.texelsPerPx));
  const y = Math.min(inside.height - 3, Math.max(1, (v - inside.top) * inside.texelsPerPx));
  const [column, row] = [Math.trunc(x), Math.trunc(y)];
  out.fill(0);
  for (let k = 0; k < 16; k++) {
    const [across, down] = [(k % 4) - 1, Math.floor(k / 4) - 1];
    const weight = cubicWeight(x - column - across) * cubicWeight(y - row - down);
    const at = ((row + down) * inside.width + column + across) * TEXEL_FIELDS;
    for (let c = 0; c < 3; c++) out[c] = (out[c] as number) + weight * (inside.texels[at + c] as number);
  }
}

function cubicWeight(distance: number): number {
  const d = Math.abs(distance);
  if (d >= 2) return 0;
  return d < 1 ? 1 + d * d * (1.5 * d - 2.5) : 2 + d * (-4 + d * (2.5 - 0.5 * d));
}
