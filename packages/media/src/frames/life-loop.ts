import sharp from 'sharp';
import type { Picture } from '../core/picture.ts';
import { smoothStep } from '../core/smooth-step.ts';
import { type DepthMap, motionWeights, moveVertices } from './head-motion.ts';
import type { LifeFrame } from './life-script.ts';
import type { AvatarManifest, EyeShape, Point } from './manifest.ts';
import { createSampleMap, gridMesh, rasterize, resetSampleMap, type SampleMap } from './mesh.ts';
import { blurColours, blurLayer, type LayerPlanes, toLayerPlanes, toLayerPlanesInTurns } from './planes.ts';
import { cropImage, pasteCrop, type RgbaImage } from './source-image.ts';
import { prefilterSigmaPx, type View } from './view.ts';

const GRID_NODES = 41;

export type LifePictures = {
  readonly person: RgbaImage;
  readonly background: RgbaImage;
  /** In manifest order. */
  readonly eyeStages: readonly RgbaImage[];
  readonly depth: DepthMap;
};

/** Renders frames of the idle person: background, person moved over it, lids and irises as the script says. */
export type LifeRenderer = { render(frame: LifeFrame, out: Picture): void };

export async function createLifeRenderer(
  manifest: AvatarManifest,
  pictures: LifePictures,
  view: View,
): Promise<LifeRenderer> {
  const background = await renderBackground(pictures.background, view);
  const mesh = gridMesh(GRID_NODES, GRID_NODES);
  const nodes = gridNodes(manifest.sourceSizePx);
  const weights = motionWeights(manifest, pictures.depth, nodes);
  const positions = new Float32Array(nodes.length);
  const map = createSampleMap();
  const eyes = await createEyeLayers(manifest, pictures, prefilterSigmaPx(view.scale));
  return {
    render(frame, out) {
      const layer = eyes(frame);
      moveVertices(nodes, weights, frame.head, manifest.landmarks.headPivot, view, positions);
      resetSampleMap(map, 0, 0, out.width, out.height);
      rasterize(mesh, positions, nodes, map);
      out.data.set(background.data);
      layOver(layer, map, out);
    },
  };
}

function gridNodes(size: number): Float32Array {
  const nodes = new Float32Array(GRID_NODES * GRID_NODES * 2);
  for (let i = 0; i < GRID_NODES * GRID_NODES; i++) {
    nodes[i * 2] = (size * (i % GRID_NODES)) / (GRID_NODES - 1);
    nodes[i * 2 + 1] = (size * Math.floor(i / GRID_NODES)) / (GRID_NODES - 1);
  }
  return nodes;
}

async function renderBackground(image: RgbaImage, view: View): Promise<Picture> {
  const side = Math.round(image.width * view.scale);
  const data = await sharp(image.data, { raw: { width: image.width, height: image.height, channels: 4 } })
    .resize(side, side, { fit: 'fill' })
    .extract({
      left: Math.min(side - view.widthPx, Math.round(-view.offsetX)),
      top: Math.min(side - view.heightPx, Math.round(-view.offsetY)),
      width: view.widthPx,
      height: view.heightPx,
    })
    .raw()
    .toBuffer();
  const planes = toLayerPlanes({ width: view.widthPx, height: view.heightPx, data });
  return { width: view.widthPx, height: view.heightPx, data: Buffer.concat([planes.y, planes.u, planes.v]) };
}

/** Adds a layer, sampled as the map says, to the picture that it covers. */
function layOver(layer: LayerPlanes, map: SampleMap, out: Picture): void {
  const { width, height } = layer;
  for (let i = 0; i < out.width * out.height; i++) {
    const u = map.u[i] as number;
    if (u < 0) continue;
    layPixel(layer.y, layer.alpha, width, height, u - 0.5, (map.v[i] as number) - 0.5, out.data, i);
  }
  const chromaWidth = out.width / 2;
  const chromaHeight = out.height / 2;
  const planeOfU = out.width * out.height;
  const planeOfV = planeOfU + chromaWidth * chromaHeight;
  for (let row = 0; row < chromaHeight; row++) {
    for (let column = 0; column < chromaWidth; column++) {
      const first = row * 2 * out.width + column * 2;
      const last = first + out.width + 1;
      const u0 = map.u[first] as number;
      const u1 = map.u[last] as number;
      if (u0 < 0 || u1 < 0) continue;
      const x = (u0 + u1) / 4 - 0.5;
      const y = ((map.v[first] as number) + (map.v[last] as number)) / 4 - 0.5;
      const at = row * chromaWidth + column;
      layPixel(layer.u, layer.chromaAlpha, width / 2, height / 2, x, y, out.data, planeOfU + at);
      layPixel(layer.v, layer.chromaAlpha, width / 2, height / 2, x, y, out.data, planeOfV + at);
    }
  }
}

/** `below * (1 - alpha) + above` for one value; `plane` is multiplied by alpha already. */
function layPixel(
  plane: Uint8Array,
  alphas: Uint8Array,
  width: number,
  height: number,
  x: number,
  y: number,
  out: Uint8Array,
  outAt: number,
): void {
  const px = x > 0 ? Math.min(x, width - 1.001) : 0;
  const py = y > 0 ? Math.min(y, height - 1.001) : 0;
  const ix = px | 0;
  const iy = py | 0;
  const at = iy * width + ix;
  const below = at + width;
  const a0 = alphas[at] as number;
  const a1 = alphas[at + 1] as number;
  const a2 = alphas[below] as number;
  const a3 = alphas[below + 1] as number;
  const sum = a0 + a1 + a2 + a3;
  if (sum === 0) return;
  const fx = px - ix;
  const fy = py - iy;
  const p0 = plane[at] as number;
  const p2 = plane[below] as number;
  const top = p0 + ((plane[at + 1] as number) - p0) * fx;
  const bottom = p2 + ((plane[below + 1] as number) - p2) * fx;
  let value = top + (bottom - top) * fy + 0.5;
  if (sum < 1020) {
    const alphaTop = a0 + (a1 - a0) * fx;
    const alphaBottom = a2 + (a3 - a2) * fx;
    value += (out[outAt] as number) * (1 - (alphaTop + (alphaBottom - alphaTop) * fy) / 255);
  }
  out[outAt] = Math.min(255, value);
}

/** The person with lids and irises of a frame; the planes returned are valid until the next call. */
async function createEyeLayers(
  manifest: AvatarManifest,
  pictures: LifePictures,
  sigmaPx: number,
): Promise<(frame: LifeFrame) => LayerPlanes> {
  const box = manifest.eyes.box;
  const unit = manifest.sourceSizePx / 1024;
  // Even position and size and room for the low-pass, so that a filtered cut fits into the filtered whole.
  const margin = 12;
  const area = {
    x: Math.floor((box.x - margin) / 2) * 2,
    y: Math.floor((box.y - margin) / 2) * 2,
    width: Math.ceil((box.width + 2 * margin) / 2) * 2 + 2,
    height: Math.ceil((box.height + 2 * margin) / 2) * 2 + 2,
  };
  const open = cropImage(pictures.person, area);
  const stages = [
    { closure: 0, image: open, ...manifest.landmarks.eyes },
    ...manifest.eyes.stages.map((stage, i) => {
      const canvas = { ...open, data: open.data.slice() };
      const crop = pictures.eyeStages[i] as RgbaImage;
      pasteCrop(canvas, crop, { ...box, x: box.x - area.x, y: box.y - area.y }, 10 * unit);
      return { closure: stage.closure, image: canvas, left: stage.left, right: stage.right };
    }),
  ];
  const openings = stages.map(({ left, right }) => [left, right].map((eye) => eyeOpening(eye, [area.x, area.y])));
  const whole = await toLayerPlanesInTurns(pictures.person);
  await blurLayer(whole, sigmaPx);
  return (frame) => {
    const chosen = nearestStage(stages, frame.lidClosure);
    const stage = stages[chosen] as (typeof stages)[number];
    const image = { ...stage.image, data: stage.image.data.slice() };
    if (stage.closure < 0.9) {
      for (const opening of openings[chosen] ?? []) {
        shiftIris(stage.image, image, opening, [frame.gazeX * unit, frame.gazeY * unit]);
      }
    }
    const planes = toLayerPlanes(image);
    blurColours(planes, sigmaPx);
    const inset = 6;
    copyPart(planes, whole, area.x, area.y, inset);
    return whole;
  };
}

function nearestStage(stages: readonly { closure: number }[], closure: number): number {
  let best = 0;
  for (const [i, stage] of stages.entries()) {
    if (Math.abs(stage.closure - closure) < Math.abs((stages[best]?.closure ?? 0) - closure)) best = i;
  }
  return best;
}

/** Copies the colours of a part; eyes lie well inside the person, so its alpha stays. */
function copyPart(part: LayerPlanes, whole: LayerPlanes, left: number, top: number, inset: number): void {
  for (let y = inset; y < part.height - inset; y++) {
    const from = y * part.width;
    const to = (top + y) * whole.width + left;
    whole.y.set(part.y.subarray(from + inset, from + part.width - inset), to + inset);
  }
  const half = inset / 2;
  const partWidth = part.width / 2;
  for (let y = half; y < part.height / 2 - half; y++) {
    const from = y * partWidth;
    const to = (top / 2 + y) * (whole.width / 2) + left / 2;
    for (const name of ['u', 'v'] as const) {
      whole[name].set(part[name].subarray(from + half, from + partWidth - half), to + half);
    }
  }
}

/** Pixels between the lids of one eye and how far from the lid edges each lies. */
type EyeOpening = { readonly x: Int32Array; readonly y: Int32Array; readonly depth: Float32Array };

function eyeOpening(eye: EyeShape, origin: Point): EyeOpening {
  const outline = [...eye.upper, ...[...eye.lower].reverse()];
  const xs = outline.map(([x]) => x - origin[0]);
  const ys = outline.map(([, y]) => y - origin[1]);
  const found: { x: number; y: number; depth: number }[] = [];
  for (let y = Math.floor(Math.min(...ys)); y <= Math.ceil(Math.max(...ys)); y++) {
    for (let x = Math.floor(Math.min(...xs)); x <= Math.ceil(Math.max(...xs)); x++) {
      const depth = depthInside(xs, ys, x + 0.5, y + 0.5);
      if (depth > 0) found.push({ x, y, depth });
    }
  }
  return {
    x: Int32Array.from(found, (pixel) => pixel.x),
    y: Int32Array.from(found, (pixel) => pixel.y),
    depth: Float32Array.from(found, (pixel) => pixel.depth),
  };
}

/** Moves what lies between the lids; the motion fades to nothing at the lid edges, so that lids and lashes stay. */
function shiftIris(from: RgbaImage, to: RgbaImage, opening: EyeOpening, shift: Point): void {
  const fadePx = Math.max(3, 2.5 * Math.hypot(shift[0], shift[1]));
  for (let i = 0; i < opening.depth.length; i++) {
    const amount = smoothStep(0, fadePx, opening.depth[i] as number);
    const x = opening.x[i] as number;
    const y = opening.y[i] as number;
    copyBilinear(from, to, x, y, x - shift[0] * amount, y - shift[1] * amount);
  }
}

/** Distance to the outline inside a polygon, 0 outside. */
function depthInside(xs: readonly number[], ys: readonly number[], x: number, y: number): number {
  let inside = false;
  let nearest = Infinity;
  for (let i = 0, j = xs.length - 1; i < xs.length; j = i++) {
    const ax = xs[j] as number;
    const ay = ys[j] as number;
    const dx = (xs[i] as number) - ax;
    const dy = (ys[i] as number) - ay;
    if (ay > y !== ay + dy > y && x < ax + ((y - ay) / dy) * dx) inside = !inside;
    const t = Math.min(1, Math.max(0, ((x - ax) * dx + (y - ay) * dy) / (dx * dx + dy * dy || 1)));
    nearest = Math.min(nearest, Math.hypot(x - ax - t * dx, y - ay - t * dy));
  }
  return inside ? nearest : 0;
}

function copyBilinear(from: RgbaImage, to: RgbaImage, x: number, y: number, sourceX: number, sourceY: number): void {
  const ix = Math.min(from.width - 2, Math.max(0, Math.floor(sourceX)));
  const iy = Math.min(from.height - 2, Math.max(0, Math.floor(sourceY)));
  const fx = sourceX - ix;
  const fy = sourceY - iy;
  for (let c = 0; c < 3; c++) {
    const at = (iy * from.width + ix) * 4 + c;
    const below = at + from.width * 4;
    const top = (from.data[at] ?? 0) * (1 - fx) + (from.data[at + 4] ?? 0) * fx;
    const bottom = (from.data[below] ?? 0) * (1 - fx) + (from.data[below + 4] ?? 0) * fx;
    to.data[(y * to.width + x) * 4 + c] = Math.round(top * (1 - fy) + bottom * fy);
  }
}
