/** Sound with a tone over it, by which it is told from others: as loud as `amplitude`, as high as `frequencyAt` says. */
export function withTones(
  pcm: Int16Array,
  sampleRateHz: number,
  amplitude: number,
  frequencyAt: (timeS: number) => number,
): Int16Array {
  let phase = 0;
  return pcm.map((value, i) => {
    phase += (2 * Math.PI * frequencyAt(i / sampleRateHz)) / sampleRateHz;
    return Math.max(-32_768, Math.min(32_767, value + amplitude * Math.sin(phase)));
  });
}

/** Amplitude of a tone of this frequency in the sound. */
export function levelOf(pcm: Int16Array, sampleRateHz: number, frequencyHz: number): number {
  let [real, imaginary] = [0, 0];
  for (const [i, value] of pcm.entries()) {
    const angle = (2 * Math.PI * frequencyHz * i) / sampleRateHz;
    real += value * Math.cos(angle);
    imaginary += value * Math.sin(angle);
  }
  return (2 * Math.hypot(real, imaginary)) / Math.max(1, pcm.length);
}
