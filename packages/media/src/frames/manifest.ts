import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { AVATAR_NOTICE_CODES } from '@visavis/protocol';
import { z } from 'zod';
import { AvatarBundleError } from './bundle-error.ts';

export const AVATAR_FORMAT = 'visavis-avatar';
export const AVATAR_FORMAT_VERSION = 1;
export const MANIFEST_FILE = 'manifest.json';

const fraction = z.number().min(0).max(1);
const point = z.tuple([z.number(), z.number()]);
const box = z.object({
  x: z.int().min(0),
  y: z.int().min(0),
  width: z.int().min(16),
  height: z.int().min(16),
});
/** Forward slashes, below the bundle folder, no way out of it. */
const filePath = z
  .string()
  .regex(/^[a-z0-9][a-z0-9_+.-]*(\/[a-z0-9][a-z0-9_+.-]*)?$/, 'must be a plain path inside the bundle');

/**
 * `outer`: left corner, over the upper lip to the right corner, back along the lower lip (12 points).
 * `inner`: the edge of the mouth opening in the same order (8 points).
 */
const mouthShape = z.object({
  outer: z.array(point).length(12),
  inner: z.array(point).length(8),
  chin: point,
  jawLeft: point,
  jawRight: point,
});
/** Lid edges from the inner to the outer corner. */
const eyeShape = z.object({ upper: z.array(point).min(3), lower: z.array(point).min(3), centre: point });

const mouthImage = z.discriminatedUnion('kind', [
  z.object({
    kind: z.literal('grid'),
    file: filePath,
    jaw: fraction,
    lipShape: z.number().min(-1).max(1),
    shape: mouthShape,
  }),
  z.object({
    kind: z.literal('special'),
    file: filePath,
    viseme: z.enum(['press', 'fv', 'th', 'l', 's', 'sh']),
    shape: mouthShape,
  }),
]);

/** Displacement, in source pixels, of the nodes of a `columns` x `rows` grid laid over the brow box, row by row. */
const browPatch = z.object({ file: filePath, displacement: z.array(point) });

/** Idle loops start over at these frames only, so that encoded ones can be joined. */
export const LOOP_JOINT_FRAMES = 50;

/** The person's own film. See docs/avatars.md. */
const clipLoop = z.object({
  file: filePath,
  /** For every picture of the film: where a point x, y of the resting picture lies, `a x + b y + c`, `d x + e y + f`. */
  heads: z
    .array(z.tuple([z.number(), z.number(), z.number(), z.number(), z.number(), z.number()]).readonly())
    .min(1)
    .max(500),
  /** The picture that every frame of the loop shows. New pictures come in the film's order. */
  order: z
    .array(z.int().min(0))
    .min(LOOP_JOINT_FRAMES)
    .max(500)
    .refine(isWholeJoints, {
      message: `must be a multiple of ${LOOP_JOINT_FRAMES} frames long`,
    }),
});

const manifestSchema = z.object({
  format: z.literal(AVATAR_FORMAT),
  version: z.literal(AVATAR_FORMAT_VERSION),
  id: z.string().regex(/^[a-z0-9][a-z0-9-]{0,63}$/),
  displayName: z.string().min(1).max(80),
  description: z.string().max(400),
  /** What its owner is told about how it was made. */
  notice: z.enum(AVATAR_NOTICE_CODES).optional(),
  defaults: z.object({
    voice: z.string().min(1),
    prompt: z.string(),
    firstMessage: z.string(),
    language: z.string().min(2),
  }),
  /** Side of the square source pictures; every landmark and box counts in its pixels, origin top left. */
  sourceSizePx: z.int().min(128).max(4096).multipleOf(2),
  thumbnail: filePath,
  layers: z.object({ person: filePath, background: filePath, depth: filePath }),
  landmarks: z.object({
    faceOval: z.array(point).min(8),
    headPivot: point,
    chin: point,
    noseBase: point,
    rest: mouthShape,
    eyes: z.object({ left: eyeShape, right: eyeShape }),
  }),
  mouth: z.object({ box, images: z.array(mouthImage).min(1) }),
  eyes: z.object({
    box,
    stages: z.array(z.object({ file: filePath, closure: fraction, left: eyeShape, right: eyeShape })).min(1),
  }),
  expressions: z.object({
    smile: z.object({ file: filePath, box, shape: mouthShape }),
    brows: z.object({
      box,
      columns: z.int().min(2),
      rows: z.int().min(2),
      raised: browPatch,
      concerned: browPatch,
    }),
  }),
  loop: clipLoop.optional(),
  /** A small silent MP4 of the life loop, for galleries. */
  preview: filePath.optional(),
  files: z.record(filePath, z.object({ bytes: z.int().positive(), sha256: z.string().regex(/^[0-9a-f]{64}$/) })),
});

export type AvatarManifest = z.infer<typeof manifestSchema>;
export type MouthShape = z.infer<typeof mouthShape>;
export type ClipLoop = z.infer<typeof clipLoop>;
export type EyeShape = z.infer<typeof eyeShape>;
export type SourceBox = z.infer<typeof box>;
export type Point = readonly [number, number];

/** An opened bundle: its manifest and every file it names, checked against size and SHA-256. */
export type AvatarBundle = {
  readonly manifest: AvatarManifest;
  /** SHA-256 of the manifest's bytes. The manifest holds the hash of every other file, so this names the whole bundle. */
  readonly hash: string;
  file(path: string): Buffer;
};

/** Checks an already parsed manifest. Throws `AvatarBundleError` that names the first field at fault. */
export function parseManifest(value: unknown, origin: string): AvatarManifest {
  checkFormatAndVersion(value, origin);
  const result = manifestSchema.safeParse(value);
  if (!result.success) {
    const issue = result.error.issues[0];
    const where = issue === undefined ? '' : `${issue.path.join('.')}: ${issue.message}`;
    throw new AvatarBundleError('bad-manifest', `${origin}: ${where}`);
  }
  checkReferences(result.data, origin);
  return result.data;
}

function checkFormatAndVersion(value: unknown, origin: string): void {
  const head = typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : {};
  if (head.format !== AVATAR_FORMAT) {
    throw new AvatarBundleError(
      'bad-manifest',
      `${origin}: not an avatar manifest (format must be "${AVATAR_FORMAT}").`,
    );
  }
  if (head.version !== AVATAR_FORMAT_VERSION) {
    const version = typeof head.version === 'number' ? head.version : 'unknown';
    throw new AvatarBundleError(
      'wrong-version',
      `${origin}: bundle version ${version} is not supported; this program reads version ${AVATAR_FORMAT_VERSION}.`,
    );
  }
}

/** Every picture and film that the manifest refers to. */
export function referencedFiles(manifest: AvatarManifest): string[] {
  const { layers, mouth, eyes, expressions } = manifest;
  return [
    manifest.thumbnail,
    layers.person,
    layers.background,
    layers.depth,
    ...mouth.images.map((image) => image.file),
    ...eyes.stages.map((stage) => stage.file),
    expressions.smile.file,
    expressions.brows.raised.file,
    expressions.brows.concerned.file,
    ...(manifest.loop === undefined ? [] : [manifest.loop.file]),
    ...(manifest.preview === undefined ? [] : [manifest.preview]),
  ];
}

function checkReferences(manifest: AvatarManifest, origin: string): void {
  const fail = (message: string): never => {
    throw new AvatarBundleError('bad-manifest', `${origin}: ${message}`);
  };
  for (const path of referencedFiles(manifest)) {
    if (manifest.files[path] === undefined) fail(`files: no entry for "${path}".`);
  }
  const { mouth, eyes, expressions, sourceSizePx } = manifest;
  for (const [name, area] of Object.entries({
    mouth: mouth.box,
    eyes: eyes.box,
    smile: expressions.smile.box,
    brows: expressions.brows.box,
  })) {
    if (area.x + area.width > sourceSizePx || area.y + area.height > sourceSizePx) {
      fail(`the box of ${name} reaches out of the source picture.`);
    }
  }
  const nodeCount = expressions.brows.columns * expressions.brows.rows;
  for (const name of ['raised', 'concerned'] as const) {
    if (expressions.brows[name].displacement.length !== nodeCount) {
      fail(`expressions.brows.${name}.displacement: needs ${nodeCount} entries.`);
    }
  }
  checkMouthGrid(manifest, fail);
  checkLoop(manifest, fail);
}

function isWholeJoints(order: readonly number[]): boolean {
  return order.length % LOOP_JOINT_FRAMES === 0;
}

function checkLoop({ loop }: AvatarManifest, fail: (message: string) => never): void {
  if (loop === undefined) return;
  let next = 0;
  for (const picture of loop.order) {
    if (picture > next) fail('loop.order: pictures must first appear in the order of the film.');
    if (picture === next) next++;
  }
  if (next !== loop.heads.length) fail('loop.heads: needs one entry for every picture that loop.order names.');
}

function checkMouthGrid(manifest: AvatarManifest, fail: (message: string) => never): void {
  const grid = manifest.mouth.images.filter((image) => image.kind === 'grid');
  const jaws = new Set(grid.map((image) => image.jaw));
  const shapes = new Set(grid.map((image) => image.lipShape));
  if (grid.length !== jaws.size * shapes.size) fail('mouth.images: the grid has holes or doubles.');
  for (const needed of [0, 1]) if (!jaws.has(needed)) fail(`mouth.images: no grid image with jaw ${needed}.`);
  for (const needed of [-1, 0, 1])
    if (!shapes.has(needed)) fail(`mouth.images: no grid image with lipShape ${needed}.`);
  const visemes = manifest.mouth.images.flatMap((image) => (image.kind === 'special' ? [image.viseme] : []));
  for (const needed of ['press', 'fv', 'th', 'l', 's', 'sh'] as const) {
    if (visemes.filter((viseme) => viseme === needed).length !== 1)
      fail(`mouth.images: needs "${needed}" exactly once.`);
  }
}

/** Reads a bundle folder. Throws `AvatarBundleError` for anything missing, damaged or of another version. */
export async function readBundle(bundlePath: string): Promise<AvatarBundle> {
  const manifestPath = join(bundlePath, MANIFEST_FILE);
  const manifestBytes = await readOrThrow(manifestPath);
  const manifest = parseManifest(parseJson(manifestBytes, manifestPath), manifestPath);
  const contents = new Map<string, Buffer>();
  for (const [path, expected] of Object.entries(manifest.files)) {
    const filePathOnDisk = join(bundlePath, path);
    const bytes = await readOrThrow(filePathOnDisk);
    if (bytes.byteLength !== expected.bytes || sha256(bytes) !== expected.sha256) {
      throw new AvatarBundleError('corrupt-file', `${filePathOnDisk}: content differs from what the manifest states.`);
    }
    contents.set(path, bytes);
  }
  return {
    manifest,
    hash: sha256(manifestBytes),
    file(path) {
      const bytes = contents.get(path);
      if (bytes === undefined) throw new AvatarBundleError('missing-file', `${path}: not part of the bundle.`);
      return bytes;
    },
  };
}

async function readOrThrow(path: string): Promise<Buffer> {
  try {
    return await readFile(path);
  } catch (error) {
    throw new AvatarBundleError('missing-file', `${path}: cannot be read.`, { cause: error });
  }
}

function parseJson(bytes: Buffer, path: string): unknown {
  try {
    return JSON.parse(bytes.toString('utf8'));
  } catch (error) {
    throw new AvatarBundleError('bad-manifest', `${path}: not JSON.`, { cause: error });
  }
}

function sha256(bytes: Buffer): string {
  return createHash('sha256').update(bytes).digest('hex');
}
