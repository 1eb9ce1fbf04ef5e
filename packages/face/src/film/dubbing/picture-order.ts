/** How the length of the film comes from those of clip and speech. */
export const SYNC_MODES = ['loop', 'bounce', 'cut_off', 'silence', 'remap'] as const;
export type SyncMode = (typeof SYNC_MODES)[number];

/** One picture of a film: a picture of the clip, or two of them, the second one seen through the first by `share`. */
type OrderedPicture = {
  readonly from: number;
  readonly over?: { readonly from: number; readonly share: number } | undefined;
};

/** Which pictures of the clip the film shows. */
export type PictureOrder = {
  /** Pictures of the film. */
  readonly count: number;
  at(index: number): OrderedPicture;
};

/**
 * `loop` shows the clip again and again: its end melts into its beginning over `meltCount` pictures, or where that is 0, because
 * they do not match, it runs backwards and forwards as with `bounce`. `cut_off` ends with the shorter of clip and speech, `silence`
 * with the longer one: the mouth rests, or the last picture stays. `remap` shows the clip as much faster or slower as the speech is
 * shorter or longer. `speechCount` is the speech's length in pictures.
 */
export function orderPictures(
  mode: SyncMode,
  { clipCount, speechCount, meltCount }: { clipCount: number; speechCount: number; meltCount: number },
): PictureOrder {
  const last = clipCount - 1;
  switch (mode) {
    case 'cut_off':
      return { count: Math.min(clipCount, speechCount), at: (index) => ({ from: index }) };
    case 'silence':
      return { count: Math.max(clipCount, speechCount), at: (index) => ({ from: Math.min(last, index) }) };
    case 'remap':
      return {
        count: speechCount,
        at: (index) => ({ from: Math.min(last, Math.floor(((index + 0.5) * clipCount) / speechCount)) }),
      };
    case 'bounce':
      return { count: speechCount, at: (index) => ({ from: bounced(index, last) }) };
    case 'loop':
      if (meltCount === 0) return { count: speechCount, at: (index) => ({ from: bounced(index, last) }) };
      return { count: speechCount, at: (index) => looped(index, clipCount, meltCount) };
  }
}

/** 0 … last … 0 … last; neither end is shown twice. */
function bounced(index: number, last: number): number {
  if (last === 0) return 0;
  const at = index % (2 * last);
  return at <= last ? at : 2 * last - at;
}

/** The first time the clip begins with its first picture; after that these have been seen through its end. */
function looped(index: number, clipCount: number, meltCount: number): OrderedPicture {
  const period = clipCount - meltCount;
  if (index < period) return { from: index };
  const at = index % period;
  if (at >= meltCount) return { from: at };
  return { from: at, over: { from: period + at, share: (at + 1) / (meltCount + 1) } };
}
