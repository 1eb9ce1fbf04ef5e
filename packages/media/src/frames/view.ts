import type { AvatarManifest } from './manifest.ts';

/** Maps source pixels to output pixels: `output = source * scale + offset`, the same scale both ways. */
export type View = {
  readonly widthPx: number;
  readonly heightPx: number;
  readonly scale: number;
  readonly offsetX: number;
  readonly offsetY: number;
};

/** Covers the output with the square source: nothing is stretched, what is too much is cut off around the head. */
export function coverView(manifest: AvatarManifest, widthPx: number, heightPx: number): View {
  const size = manifest.sourceSizePx;
  const scale = Math.max(widthPx, heightPx) / size;
  const xs = manifest.landmarks.faceOval.map(([x]) => x);
  const ys = manifest.landmarks.faceOval.map(([, y]) => y);
  const centreX = (Math.min(...xs) + Math.max(...xs)) / 2;
  const centreY = (Math.min(...ys) + Math.max(...ys)) / 2;
  const place = (centre: number, length: number): number =>
    Math.min(0, Math.max(length - size * scale, length / 2 - centre * scale));
  return { widthPx, heightPx, scale, offsetX: place(centreX, widthPx), offsetY: place(centreY, heightPx) };
}

/** The same view moved by less than a pixel, so that a film can be cut on whole chroma pixels. */
export function snapView(view: View): View {
  const snap = (offset: number, length: number, side: number): number =>
    Math.max(length - side, 2 * Math.round(offset / 2));
  const side = Math.max(view.widthPx, view.heightPx);
  return {
    ...view,
    offsetX: snap(view.offsetX, view.widthPx, side),
    offsetY: snap(view.offsetY, view.heightPx, side),
  };
}

/**
 * Standard deviation, in source pixels, of the low-pass that makes one bilinear sample per output pixel enough.
 * It widens the source's own pixel to the output's.
 */
export function prefilterSigmaPx(scale: number): number {
  return scale >= 1 ? 0 : 0.45 * Math.sqrt(1 / (scale * scale) - 1);
}
