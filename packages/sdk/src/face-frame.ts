import type { FaceBox } from '@visavis/protocol/rest';

/** A face where portraits have it, for avatars that do not say where theirs is. */
const usualFace: FaceBox = { left: 0.33, top: 0.15, right: 0.67, bottom: 0.67 };

/** The custom properties that tell `faceFrameStyle` where the face is; to be set on the frame. */
export function faceProperties(face: FaceBox | null): Readonly<Record<`--face-${keyof FaceBox}`, string>> {
  const { left, top, right, bottom } = face ?? usualFace;
  return {
    '--face-left': String(left),
    '--face-top': String(top),
    '--face-right': String(right),
    '--face-bottom': String(bottom),
  };
}

/**
 * Style of every picture of an avatar: `.face-picture` (a still or video) inside `.face-frame`, a box of any shape.
 *
 * The picture covers the box, unless the face from the brows to the chin would not fit: then it is as large as it may be, and
 * `.face-backdrop`, the same still out of focus, fills the rest. What lies over the picture (controls, a state) is kept free by
 * `--face-clear-top` and `--face-clear-bottom`, set on the frame.
 */
export const faceFrameStyle = `
:where(.face-frame) { display: block; position: relative; }
.face-frame { overflow: hidden; container-type: size; }
.face-picture, .face-backdrop { position: absolute; inset: 0; inline-size: 100%; block-size: 100%; object-fit: cover; object-position: 50% 25%; }
.face-backdrop { filter: blur(24px) brightness(0.8); scale: 1.25; }
@supports (width: 1cqw) {
  .face-picture {
    --clear-top: var(--face-clear-top, 0px);
    --clear-bottom: var(--face-clear-bottom, 0px);
    --brows: calc(var(--face-top) + 0.25 * (var(--face-bottom) - var(--face-top)));
    --chin: min(var(--face-bottom) + 0.03, 1);
    --most: min(
      (100cqh - var(--clear-top) - var(--clear-bottom)) / (var(--chin) - var(--brows)),
      100cqw / (var(--face-right) - var(--face-left))
    );
    --side: max(min(
      max(100cqw, 100cqh, var(--clear-bottom) / (1.001 - var(--chin)), var(--clear-top) / (var(--brows) + 0.001)),
      var(--most)
    ), 1px);
    --x: calc(50cqw - var(--side) * (var(--face-left) + var(--face-right)) / 2);
    --y: calc(
      (100cqh + var(--clear-top) - var(--clear-bottom)) / 2 - var(--side) * (var(--face-top) + var(--face-bottom)) / 2
    );
    inset: auto;
    inline-size: var(--side);
    block-size: var(--side);
    max-inline-size: none;
    left: clamp(
      -1 * var(--side) * var(--face-left),
      clamp(min(0px, 100cqw - var(--side)), var(--x), max(0px, 100cqw - var(--side))),
      100cqw - var(--side) * var(--face-right)
    );
    top: clamp(
      var(--clear-top) - var(--side) * var(--brows),
      clamp(min(0px, 100cqh - var(--side)), var(--y), max(0px, 100cqh - var(--side))),
      100cqh - var(--clear-bottom) - var(--side) * var(--chin)
    );
  }
}
`;
