import type { Picture } from '@visavis/media/core';
import type { FaceMesh } from '../../landmarks/face-mesh.ts';
import type { Place } from '../../landmarks/find-face.ts';
import type { SquareRegion } from '../../pixels/sampling.ts';

/** What the thread that finds faces is asked. All in pixels of the picture, whose memory is shared. */
export type FaceTask =
  | { readonly kind: 'prepare' }
  /** The face where it was in the picture before. */
  | { readonly kind: 'stay'; readonly picture: Picture; readonly region: SquareRegion }
  | { readonly kind: 'search'; readonly picture: Picture; readonly wanted: SearchedFace }
  /** Every face there is. */
  | { readonly kind: 'all'; readonly picture: Picture };

export type SearchedFace = {
  /** Look for small faces, too. */
  readonly thorough: boolean;
  readonly before: FaceMesh | undefined;
  /** It must be the one of `before`. */
  readonly isSame: boolean;
  readonly near: Place | undefined;
  /** No face will do whose nose is farther away from `near` than it is wide. */
  readonly isNear: boolean;
};

/** Those that were found. */
export type FaceReply = readonly FaceMesh[];
