/** Sounds for tests, PCM16 at 24 kHz. */

export function silence(durationMs: number): Int16Array {
  return new Int16Array(durationMs * 24);
}

/** Deterministic uniform noise in [-1, 1). */
export function createNoise(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state / 2_147_483_648 - 1;
  };
}

/** Pink noise (Voss and McCartney: octaves of held white noise) at this level, relative to full scale. */
export function pinkNoise(durationMs: number, levelDbfs: number, seed = 1): Int16Array {
  const next = createNoise(seed);
  const octaves = new Float64Array(12);
  const raw = Float64Array.from({ length: durationMs * 24 }, (_, index) => {
    for (let octave = 0; octave < octaves.length; octave++) if (index % (1 << octave) === 0) octaves[octave] = next();
    return octaves.reduce((sum, value) => sum + value, next());
  });
  const mean = raw.reduce((sum, value) => sum + value, 0) / raw.length;
  const rms = Math.sqrt(raw.reduce((sum, value) => sum + (value - mean) ** 2, 0) / raw.length);
  const scale = (32_768 * 10 ** (levelDbfs / 20)) / rms;
  return Int16Array.from(raw, (value) => Math.round((value - mean) * scale));
}

/** A buzz at 120 Hz shaped by two resonances, loud for 200 ms and quiet for 100 ms in turn. */
export function buzzingSyllables(durationMs: number): Int16Array {
  let first = 0;
  let second = 0;
  return Int16Array.from({ length: durationMs * 24 }, (_, index) => {
    const timeMs = index / 24;
    const pulse = index % 200 === 0 ? 1 : 0;
    first = 0.96 * first + pulse * 9000;
    second = pulse * 4000 - 0.9 * second;
    const loud = timeMs % 300 < 200 ? 1 : 0.02;
    return Math.round(loud * (first * Math.cos(index * 0.16) + second * Math.cos(index * 0.4)));
  });
}

export function concatenate(...parts: readonly Int16Array[]): Int16Array {
  const result = new Int16Array(parts.reduce((sum, part) => sum + part.length, 0));
  let offset = 0;
  for (const part of parts) {
    result.set(part, offset);
    offset += part.length;
  }
  return result;
}

export function scaled(pcm: Int16Array, gainDb: number): Int16Array {
  const gain = 10 ** (gainDb / 20);
  return pcm.map((sample) => Math.max(-32_768, Math.min(32_767, Math.round(sample * gain))));
}
