// The face of `visemes` towards packages that make films: how a mouth moves, from sound.
export { type ArticulationNetwork, loadArticulationNetwork } from './articulation-network.ts';
export { ArticulationTrack } from './articulation-track.ts';
export { PcmQueue } from './pcm-queue.ts';
