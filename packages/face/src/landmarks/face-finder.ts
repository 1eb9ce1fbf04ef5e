import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import path from 'node:path';
import { setThreadsCount, setWasmPaths } from '@tensorflow/tfjs-backend-wasm';
import { type GraphModel, loadGraphModel } from '@tensorflow/tfjs-converter';
import * as tf from '@tensorflow/tfjs-core';
import type { Picture } from '@visavis/media/core';
import type { RgbImage } from '../pixels/pixels.ts';
import { samplePicture } from '../pixels/sample-picture.ts';
import { type SquareRegion, sampleRegion } from '../pixels/sampling.ts';
import { type FaceMesh, REGION_SCALE } from './face-mesh.ts';
import { KernelPlan, type StoredNode } from './kernel-plan.ts';
import { MESH_POINT_COUNT } from './mesh-points.ts';

export type FoundFace = {
  readonly score: number;
  readonly centerX: number;
  readonly centerY: number;
  readonly width: number;
  readonly height: number;
  /** Roll of the head in radians, from the eyes. */
  readonly rotation: number;
};

const DETECTOR_SIDE = 256;
const MESH_SIDE = 192;
const OVERLAP_LIMIT = 0.3;
const require = createRequire(import.meta.url);

/**
 * Finds faces and their landmarks: BlazeFace and the 468-point face mesh (MediaPipe, Apache-2.0), from the model files
 * inside `@vladmandic/human`, on TensorFlow.js's WebAssembly backend. About 25 ms per tracked frame on one core.
 */
export class FaceFinder {
  readonly #detector: GraphModel;
  readonly #mesh: GraphModel;
  readonly #meshPlan: KernelPlan;
  readonly #detectorInput = new Float32Array(DETECTOR_SIDE * DETECTOR_SIDE * 3);
  readonly #meshInput = new Float32Array(MESH_SIDE * MESH_SIDE * 3);

  static async open(): Promise<FaceFinder> {
    const backend = path.dirname(require.resolve('@tensorflow/tfjs-backend-wasm/package.json'));
    setWasmPaths(`${path.join(backend, 'dist')}${path.sep}`);
    setThreadsCount(1);
    await tf.setBackend('wasm');
    await tf.ready();
    const [detector, mesh] = await Promise.all([loadModel('blazeface'), loadModel('facemesh')]);
    return new FaceFinder(detector.model, mesh);
  }

  private constructor(detector: GraphModel, mesh: LoadedModel) {
    this.#detector = detector;
    this.#mesh = mesh.model;
    this.#meshPlan = new KernelPlan(mesh.nodes, mesh.model.weights);
  }

  /** All faces in the image, the surest first. */
  async detect(image: RgbImage): Promise<FoundFace[]> {
    const size = Math.max(image.width, image.height);
    const whole = { centerX: image.width / 2, centerY: image.height / 2, size, rotation: 0 };
    sampleRegion(image, whole, DETECTOR_SIDE, this.#detectorInput);
    for (let index = 0; index < this.#detectorInput.length; index += 1) {
      this.#detectorInput[index] = (this.#detectorInput[index] ?? 0) * 2 - 1;
    }
    const outputs = await run(this.#detector, this.#detectorInput, DETECTOR_SIDE);
    return suppressOverlaps(decodeFaces(outputs, whole));
  }

  /** Landmarks of the face inside `region`. */
  async mesh(image: RgbImage, region: SquareRegion): Promise<FaceMesh> {
    sampleRegion(image, region, MESH_SIDE, this.#meshInput);
    return this.#meshIn(region);
  }

  /** The same in a picture of a film. */
  async meshOfPicture(picture: Picture, region: SquareRegion): Promise<FaceMesh> {
    samplePicture(picture, region, MESH_SIDE, this.#meshInput);
    return this.#meshIn(region);
  }

  #meshIn(region: SquareRegion): FaceMesh {
    const outputs = this.#meshPlan.run(this.#meshInput, [1, MESH_SIDE, MESH_SIDE, 3]);
    const raw = outputs.find((output) => output.shape[1] === MESH_POINT_COUNT * 3)?.values;
    const presence = outputs.find((output) => output.shape[1] === 1)?.values[0];
    if (raw === undefined || presence === undefined) throw new Error('The face mesh model has unexpected outputs.');
    const scale = region.size / MESH_SIDE;
    const cos = Math.cos(region.rotation) * scale;
    const sin = Math.sin(region.rotation) * scale;
    const points = new Float32Array(MESH_POINT_COUNT * 2);
    const depths = new Float32Array(MESH_POINT_COUNT);
    for (let index = 0; index < MESH_POINT_COUNT; index += 1) {
      const u = (raw[index * 3] ?? 0) - MESH_SIDE / 2;
      const v = (raw[index * 3 + 1] ?? 0) - MESH_SIDE / 2;
      points[index * 2] = region.centerX + u * cos - v * sin;
      points[index * 2 + 1] = region.centerY + u * sin + v * cos;
      depths[index] = (raw[index * 3 + 2] ?? 0) * scale;
    }
    return { points, depths, score: presence, region };
  }

  close(): void {
    this.#detector.dispose();
    this.#mesh.dispose();
  }
}

export function regionOfFace(face: FoundFace): SquareRegion {
  const size = Math.max(face.width, face.height) * REGION_SCALE;
  return { centerX: face.centerX, centerY: face.centerY, size, rotation: face.rotation };
}

type ModelOutput = { readonly shape: readonly number[]; readonly values: ArrayLike<number> };

async function run(model: GraphModel, input: Float32Array, side: number): Promise<ModelOutput[]> {
  const tensor = tf.tensor4d(input, [1, side, side, 3]);
  const result = model.execute(tensor);
  tensor.dispose();
  const tensors = Array.isArray(result) ? result : [result as tf.Tensor];
  const outputs = await Promise.all(
    tensors.map(async (output) => ({ shape: output.shape, values: await output.data() })),
  );
  for (const output of tensors) output.dispose();
  return outputs;
}

type LoadedModel = { readonly model: GraphModel; readonly nodes: readonly StoredNode[] };

async function loadModel(name: string): Promise<LoadedModel> {
  const folder = path.join(path.dirname(require.resolve('@vladmandic/human')), '..', 'models');
  const description = JSON.parse(await readFile(path.join(folder, `${name}.json`), 'utf8')) as {
    modelTopology: { readonly node: readonly StoredNode[] };
    weightsManifest: { weights: tf.io.WeightsManifestEntry[]; paths: string[] }[];
  };
  const groups = description.weightsManifest;
  const parts = await Promise.all(
    groups.flatMap((group) => group.paths.map((file) => readFile(path.join(folder, file)))),
  );
  const bytes = Buffer.concat(parts);
  const model = await loadGraphModel({
    load: async () => ({
      modelTopology: description.modelTopology,
      weightSpecs: groups.flatMap((group) => group.weights),
      weightData: bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.byteLength) as ArrayBuffer,
    }),
  });
  return { model, nodes: description.modelTopology.node };
}

/** Anchor centres of BlazeFace's back model: strides 16 (2 per cell) and 32 (6 per cell) on 256 pixels. */
const ANCHORS: readonly (readonly [number, number])[] = [
  { stride: 16, perCell: 2 },
  { stride: 32, perCell: 6 },
].flatMap(({ stride, perCell }) => {
  const cells = DETECTOR_SIDE / stride;
  return Array.from({ length: cells * cells * perCell }, (_unused, index): readonly [number, number] => {
    const cell = Math.floor(index / perCell);
    return [((cell % cells) + 0.5) / cells, (Math.floor(cell / cells) + 0.5) / cells];
  });
});

function decodeFaces(outputs: readonly ModelOutput[], whole: SquareRegion): FoundFace[] {
  const valuesOf = (rows: number, columns: number): ArrayLike<number> => {
    const found = outputs.find((output) => output.shape[1] === rows && output.shape[2] === columns);
    if (found === undefined) throw new Error('The face detector has unexpected outputs.');
    return found.values;
  };
  const layers = [
    { count: 512, scores: valuesOf(512, 1), boxes: valuesOf(512, 16) },
    { count: 384, scores: valuesOf(384, 1), boxes: valuesOf(384, 16) },
  ];
  const faces: FoundFace[] = [];
  let anchorIndex = 0;
  for (const { count, scores, boxes } of layers) {
    for (let row = 0; row < count; row += 1, anchorIndex += 1) {
      const score = sigmoid(scores[row] ?? -20);
      if (score > 0.5) faces.push(decodeFace(boxes, row * 16, ANCHORS[anchorIndex] ?? [0, 0], score, whole));
    }
  }
  return faces.sort((a, b) => b.score - a.score);
}

/** Box: centre offset, size, then six key points of which the first two are the eyes. */
function decodeFace(
  boxes: ArrayLike<number>,
  start: number,
  anchor: readonly [number, number],
  score: number,
  whole: SquareRegion,
): FoundFace {
  const pixelX = (index: number): number =>
    ((boxes[start + index] ?? 0) / DETECTOR_SIDE + anchor[0] - 0.5) * whole.size + whole.centerX;
  const pixelY = (index: number): number =>
    ((boxes[start + index] ?? 0) / DETECTOR_SIDE + anchor[1] - 0.5) * whole.size + whole.centerY;
  const roll = Math.atan2(pixelY(7) - pixelY(5), pixelX(6) - pixelX(4));
  return {
    score,
    centerX: pixelX(0),
    centerY: pixelY(1),
    width: ((boxes[start + 2] ?? 0) / DETECTOR_SIDE) * whole.size,
    height: ((boxes[start + 3] ?? 0) / DETECTOR_SIDE) * whole.size,
    rotation: Math.abs(roll) > Math.PI / 2 ? roll - Math.sign(roll) * Math.PI : roll,
  };
}

function suppressOverlaps(faces: readonly FoundFace[]): FoundFace[] {
  const kept: FoundFace[] = [];
  for (const face of faces) if (kept.every((other) => overlap(face, other) < OVERLAP_LIMIT)) kept.push(face);
  return kept;
}

function overlap(a: FoundFace, b: FoundFace): number {
  const width =
    Math.min(a.centerX + a.width / 2, b.centerX + b.width / 2) -
    Math.max(a.centerX - a.width / 2, b.centerX - b.width / 2);
  const height =
    Math.min(a.centerY + a.height / 2, b.centerY + b.height / 2) -
    Math.max(a.centerY - a.height / 2, b.centerY - b.height / 2);
  if (width <= 0 || height <= 0) return 0;
  const shared = width * height;
  return shared / (a.width * a.height + b.width * b.height - shared);
}

function sigmoid(value: number): number {
  return 1 / (1 + Math.exp(-value));
}
