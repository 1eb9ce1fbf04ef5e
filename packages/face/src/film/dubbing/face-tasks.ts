import type { Picture } from '@visavis/media/core';
import type { FaceMesh } from '../../landmarks/face-finder.ts';
import type { Place } from '../../landmarks/find-portrait.ts';
import type { SquareRegion } from '../../pixels/sampling.ts';

/** What the thread that finds faces is asked. All in pixels of the picture, whose memory is shared. */
export type FaceTask =
  | { readonly kind: 'prepare' }
  /** The face where it was in the picture before. */
  | { readonly kind: 'stay'; readonly picture: Picture; readonly region: SquareRegion }
  | { readonly kind: 'search'; readonly picture: Picture; readonly wanted: SearchedFace };

export type SearchedFace = {
  /** Look for small faces, too. */
  readonly thorough: boolean;
  readonly before: FaceMesh | undefined;
  /** It must be the one of `before`. */
  readonly isSame: boolean;
  readonly near: Place | undefined;
};

/** Undefined where no face is. */
export type FaceReply = FaceMesh | undefined;
