// The face of `frames` towards packages that make bundles and films: what a bundle is, and how one is drawn.
export { AvatarBundleError, type AvatarBundleFault } from './bundle-error.ts';
export { type Face, type FaceOptions, type FacePerformer, type FacePose, openFace } from './face.ts';
export type { TrackedHead } from './head-motion.ts';
export {
  AVATAR_FORMAT,
  AVATAR_FORMAT_VERSION,
  type AvatarBundle,
  type AvatarManifest,
  type EyeShape,
  LOOP_JOINT_FRAMES,
  MANIFEST_FILE,
  type MouthShape,
  type Point,
  parseManifest,
  readBundle,
  type SourceBox,
} from './manifest.ts';
export { foldedLipAreaPx } from './mouth-mesh.ts';
export { createRestMouth, type RestMouth } from './rest-mouth.ts';
export { composeOver, type RgbaImage } from './source-image.ts';
