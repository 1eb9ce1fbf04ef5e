import sharp from 'sharp';
import type { Picture } from '../core/picture.ts';
import { smoothStep } from '../core/smooth-step.ts';
import type { DepthMap } from './head-motion.ts';
import type { LifeFrame } from './life-script.ts';
import type { AvatarManifest, EyeShape, Point } from './manifest.ts';
import { blurColours, blurLayer, type LayerPlanes, toLayerPlanes, toLayerPlanesInTurns } from './planes.ts';
import { createSceneGrid } from './scene-grid.ts';
import { SceneMemory } from './scene-memory.ts';
import { cropImage, pasteCrop, type RgbaImage } from './source-image.ts';
import { prefilterSigmaPx, type View } from './view.ts';

export type LifePictures = {
  readonly person: RgbaImage;
  readonly background: RgbaImage;
  /** In manifest order. */
  readonly eyeStages: readonly RgbaImage[];
  readonly depth: DepthMap;
};

/** Draws the person: the scene, the person moved over it, lids and irises as the frame says. */
export type LifeRenderer = { render(frame: LifeFrame, out: Picture): void };

export async function createLifeRenderer(
  manifest: AvatarManifest,
  pictures: LifePictures,
  view: View,
): Promise<LifeRenderer> {
  const sigmaPx = prefilterSigmaPx(view.scale);
  const person = await toLayerPlanesInTurns(pictures.person);
  await blurLayer(person, sigmaPx);
  const memory = new SceneMemory(person, await renderBackground(pictures.background, view));
  const aim = createSceneGrid(manifest, pictures.depth, view, memory);
  const look = createEyes(manifest, pictures, sigmaPx, memory.person);
  return {
    render(frame, out) {
      look(frame);
      aim(frame.head);
      memory.draw(out);
    },
  };
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

/** One state of the lids: the planes of the part around the eyes, and what lies between the lids. */
type EyeStage = {
  readonly closure: number;
  readonly planes: LayerPlanes;
  readonly openings: readonly { readonly fine: EyeOpening; readonly coarse: EyeOpening }[];
};

/** Gives the person the lids and irises of a frame. */
function createEyes(
  manifest: AvatarManifest,
  pictures: LifePictures,
  sigmaPx: number,
  person: LayerPlanes,
): (frame: LifeFrame) => void {
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
  const stageOf = (closure: number, image: RgbaImage, eyes: readonly EyeShape[]): EyeStage => {
    const planes = toLayerPlanes(image);
    blurColours(planes, sigmaPx);
    const openings = eyes.map((eye) => ({
      fine: eyeOpening(eye, [area.x, area.y], 1),
      coarse: eyeOpening(eye, [area.x, area.y], 2),
    }));
    return { closure, planes, openings };
  };
  const { left, right } = manifest.landmarks.eyes;
  const stages = [
    stageOf(0, open, [left, right]),
    ...manifest.eyes.stages.map((stage, i) => {
      const canvas = { ...open, data: open.data.slice() };
      pasteCrop(
        canvas,
        pictures.eyeStages[i] as RgbaImage,
        { ...box, x: box.x - area.x, y: box.y - area.y },
        10 * unit,
      );
      return stageOf(stage.closure, canvas, [stage.left, stage.right]);
    }),
  ];
  const shown = { closure: Number.NaN, x: 0, y: 0 };
  return ({ lidClosure, gazeX, gazeY }) => {
    const stage = nearestStage(stages, lidClosure);
    const [x, y] = stage.closure < 0.9 ? [gazeStep(gazeX * unit), gazeStep(gazeY * unit)] : [0, 0];
    if (shown.closure === stage.closure && shown.x === x && shown.y === y) return;
    Object.assign(shown, { closure: stage.closure, x, y });
    copyPart(stage.planes, person, area.x, area.y, 6);
    if (x === 0 && y === 0) return;
    for (const { fine, coarse } of stage.openings) {
      shiftIris(planeOf(stage.planes, 'y', 1), planeOf(person, 'y', 1), fine, [area.x, area.y], [x, y]);
      for (const name of ['u', 'v'] as const) {
        const [from, to] = [planeOf(stage.planes, name, 2), planeOf(person, name, 2)];
        shiftIris(from, to, coarse, [area.x / 2, area.y / 2], [x / 2, y / 2]);
      }
    }
  };
}

/** To a quarter of a source pixel, which nobody sees: eyes that hold a gaze are drawn once. */
function gazeStep(px: number): number {
  return Math.round(px * 4) / 4;
}

/** One plane of a layer. */
type Plane = { readonly data: Uint8Array; readonly width: number; readonly height: number };

function planeOf(layer: LayerPlanes, name: 'y' | 'u' | 'v', step: number): Plane {
  return { data: layer[name], width: layer.width / step, height: layer.height / step };
}

function nearestStage(stages: readonly EyeStage[], closure: number): EyeStage {
  const distance = (stage: EyeStage): number => Math.abs(stage.closure - closure);
  return stages.reduce((best, stage) => (distance(stage) < distance(best) ? stage : best));
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

/** Texels between the lids of one eye and how far from the lid edges each lies. */
type EyeOpening = { readonly x: Int32Array; readonly y: Int32Array; readonly depth: Float32Array };

/** In a part that begins at `origin`, in planes of which a texel is `step` source pixels wide. */
function eyeOpening(eye: EyeShape, origin: Point, step: number): EyeOpening {
  const outline = [...eye.upper, ...[...eye.lower].reverse()];
  const xs = outline.map(([x]) => (x - origin[0]) / step);
  const ys = outline.map(([, y]) => (y - origin[1]) / step);
  const found: { x: number; y: number; depth: number }[] = [];
  for (let y = Math.floor(Math.min(...ys)); y <= Math.ceil(Math.max(...ys)); y++) {
    for (let x = Math.floor(Math.min(...xs)); x <= Math.ceil(Math.max(...xs)); x++) {
      const depth = depthInside(xs, ys, x + 0.5, y + 0.5);
      if (depth > 0) found.push({ x, y, depth: depth * step });
    }
  }
  return {
    x: Int32Array.from(found, (texel) => texel.x),
    y: Int32Array.from(found, (texel) => texel.y),
    depth: Float32Array.from(found, (texel) => texel.depth),
  };
}

/** Moves what lies between the lids; the motion fades to nothing at the lid edges, so that lids and lashes stay. */
function shiftIris(from: Plane, to: Plane, opening: EyeOpening, at: Point, shift: Point): void {
  const fadePx = Math.max(3, 2.5 * Math.hypot(shift[0], shift[1]));
  for (let i = 0; i < opening.depth.length; i++) {
    const amount = smoothStep(0, fadePx, opening.depth[i] as number);
    const x = opening.x[i] as number;
    const y = opening.y[i] as number;
    to.data[(at[1] + y) * to.width + at[0] + x] = texelAt(from, x - shift[0] * amount, y - shift[1] * amount);
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

function texelAt({ data, width, height }: Plane, x: number, y: number): number {
  const ix = Math.min(width - 2, Math.max(0, Math.floor(x)));
  const iy = Math.min(height - 2, Math.max(0, Math.floor(y)));
  const fx = x - ix;
  const fy = y - iy;
  const at = iy * width + ix;
  const top = (data[at] as number) * (1 - fx) + (data[at + 1] as number) * fx;
  const bottom = (data[at + width] as number) * (1 - fx) + (data[at + width + 1] as number) * fx;
  return Math.round(top * (1 - fy) + bottom * fy);
}
