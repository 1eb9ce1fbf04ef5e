// The face of `core` towards packages that make faces and films.
export { type Articulation, type ArticulationChannel, MOUTH_AT_REST, type PhoneTiming } from './articulation.ts';
export { FRAME_INTERVAL_MS, FRAMES_PER_SECOND, WIRE_SAMPLE_RATE_HZ } from './audio-format.ts';
export { bareEnvironment } from './child-environment.ts';
export { closeAll } from './close-all.ts';
export { HEAD_STILL, type HeadMotion } from './head-motion.ts';
export { createPicture, type Picture, pictureByteLength } from './picture.ts';
export { seededRandom } from './random.ts';
export { Resampler } from './resampler.ts';
export { smoothStep } from './smooth-step.ts';
export { KERNEL_PAGE_BYTES, type KernelMemory, startKernel } from './vector-kernel.ts';
export { wavFile } from './wav-file.ts';
