import { readFileSync } from 'node:fs';

export type Sound = { readonly sampleRateHz: number; readonly samples: Float64Array };

/** Reads a mono PCM16 RIFF file; samples run from -1 to 1. */
export function readWavFile(path: string): Sound {
  const bytes = readFileSync(path);
  let offset = 12;
  let sampleRateHz = 0;
  while (offset + 8 <= bytes.length) {
    const name = bytes.toString('latin1', offset, offset + 4);
    const size = bytes.readUInt32LE(offset + 4);
    if (name === 'fmt ') sampleRateHz = bytes.readUInt32LE(offset + 12);
    if (name === 'data') {
      const count = Math.min(size, bytes.length - offset - 8) >> 1;
      const samples = Float64Array.from({ length: count }, (_, i) => bytes.readInt16LE(offset + 8 + 2 * i) / 32_768);
      return { sampleRateHz, samples };
    }
    offset += 8 + size + (size & 1);
  }
  throw new Error(`${path} has no sound.`);
}

const HALF_TAPS = 12;
/** Steps of the kernel's table from one tap to the next. */
const TAP_STEPS = 256;

function windowedSinc(): Float64Array {
  return Float64Array.from({ length: HALF_TAPS * TAP_STEPS + 1 }, (_, index) => {
    const distance = index / TAP_STEPS;
    const sinc = distance === 0 ? 1 : Math.sin(Math.PI * distance) / (Math.PI * distance);
    return sinc * (0.5 + 0.5 * Math.cos((Math.PI * distance) / HALF_TAPS));
  });
}

const kernel = windowedSinc();

/** Windowed-sinc resampling; `ratio` is output rate over input rate. */
export function resample(input: Float64Array, ratio: number): Float64Array {
  const cutoff = Math.min(1, ratio);
  const reach = HALF_TAPS / cutoff;
  const output = new Float64Array(Math.floor(input.length * ratio));
  for (let index = 0; index < output.length; index++) {
    const position = index / ratio;
    const last = Math.min(input.length - 1, Math.floor(position + reach));
    let sum = 0;
    for (let tap = Math.max(0, Math.ceil(position - reach)); tap <= last; tap++) {
      const slot = Math.abs(tap - position) * cutoff * TAP_STEPS;
      sum += (input[tap] as number) * (kernel[(slot + 0.5) | 0] as number);
    }
    output[index] = sum * cutoff;
  }
  return output;
}

export function toPcm16(samples: Float64Array): Int16Array {
  const pcm = new Int16Array(samples.length);
  for (let index = 0; index < samples.length; index++) {
    pcm[index] = Math.max(-32_768, Math.min(32_767, Math.round((samples[index] as number) * 32_767)));
  }
  return pcm;
}
