import type { PictureEncoderOptions } from '@visavis/media/codecs';
import type { FilmFormat, FilmQuality } from '@visavis/protocol';

/** H.264's quantiser from 0 to 51; smaller is better. At `high` what was filmed stays as it was by 45 dB and more. */
const QUANTISERS: Readonly<Record<FilmQuality, number>> = { low: 29, medium: 24, high: 18 };
/** VP8's bits for each pixel of a picture of half a megapixel; of larger ones fewer do. */
const BITS_PER_PIXEL: Readonly<Record<FilmQuality, number>> = { low: 0.06, medium: 0.13, high: 0.3 };
const USUAL_PX = 500_000;
/** Of the sound in one channel; Opus needs less for as much. Two channels have much in common. */
const SOUND_BITS: Readonly<Record<FilmFormat, Readonly<Record<FilmQuality, number>>>> = {
  mp4: { low: 64_000, medium: 96_000, high: 160_000 },
  webm: { low: 40_000, medium: 64_000, high: 96_000 },
};

const BOTH_CHANNELS = 1.5;

export function soundBitsPerSecond(format: FilmFormat, quality: FilmQuality, channels: 1 | 2 = 1): number {
  return SOUND_BITS[format][quality] * (channels === 1 ? 1 : BOTH_CHANNELS);
}

/** How the pictures of a film are coded. */
export function pictureRate(
  format: FilmFormat,
  quality: FilmQuality,
  { widthPx, heightPx, picturesPerSecond }: { widthPx: number; heightPx: number; picturesPerSecond: number },
): PictureEncoderOptions['rate'] {
  if (format === 'mp4') return { quantiser: QUANTISERS[quality] };
  const pixels = widthPx * heightPx;
  const bits = BITS_PER_PIXEL[quality] * pixels * (USUAL_PX / pixels) ** 0.25;
  return { kbps: Math.max(100, Math.round((bits * picturesPerSecond) / 1000)) };
}
