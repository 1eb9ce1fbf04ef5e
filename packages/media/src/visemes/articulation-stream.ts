/** Turns the sound of one turn into articulation frames. Any chunking of the sound gives the same frames. */
export type ArticulationStream = {
  /** PCM16 mono at 24 kHz. */
  push(pcm: Int16Array): void;
  /** Emits every frame still held back for look-ahead. Nothing may be pushed afterwards. */
  finish(): void;
};

/** Receives frames in order, in the order of `ARTICULATION_CHANNELS`; the array is reused. */
export type ArticulationFrameListener = (frame: Float32Array) => void;
