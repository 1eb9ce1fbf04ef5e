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
  /** Whether it goes backwards, and not only on and back to the beginning. */
  readonly goesBack: boolean;
  /** Whether every picture is the next one of the clip: none is shown twice. */
  readonly isStraight: boolean;
  /** Of the clip's first pictures, those that are shown together with its last ones. */
  readonly meltCount: number;
  at(index: number): OrderedPicture;
};

/** Going back further costs decoding from the beginning: up to so many times per picture on average. */
const BEGINNINGS_PER_WAY_BACK = 8;
/** A clip that is too long to go back is begun again through this many pictures. */
const LONG_MELT = 8;

/**
 * `loop` shows the clip again and again: its end melts into its beginning over `meltCount` pictures, or where that is 0, because
 * they do not match, it runs backwards and forwards as with `bounce`. `cut_off` ends with the shorter of clip and speech, `silence`
 * with the longer one: the mouth rests, or the last picture stays. `remap` shows the clip as much faster or slower as the speech is
 * shorter or longer. `speechCount` is the speech's length in pictures, `keptCount` how many can be kept for the way back: clips of
 * many times as many are looped without a match, and bounce over their last `keptCount` ones.
 */
export function orderPictures(
  mode: SyncMode,
  { clipCount, speechCount, meltCount, keptCount = Number.POSITIVE_INFINITY }: ClipLength,
): PictureOrder {
  const last = clipCount - 1;
  const isLong = clipCount > BEGINNINGS_PER_WAY_BACK * keptCount;
  const onward = (count: number, at: (index: number) => number): PictureOrder => {
    return { count, goesBack: false, isStraight: false, meltCount: 0, at: (index) => ({ from: at(index) }) };
  };
  const straight = (count: number): PictureOrder => ({ ...onward(count, (index) => index), isStraight: true });
  switch (mode) {
    case 'cut_off':
      return straight(Math.min(clipCount, speechCount));
    case 'silence':
      return clipCount >= speechCount ? straight(clipCount) : onward(speechCount, (index) => Math.min(last, index));
    case 'remap':
      return onward(speechCount, (index) => Math.min(last, Math.floor(((index + 0.5) * clipCount) / speechCount)));
    case 'bounce':
      return bounce(speechCount, last, isLong ? keptCount - 1 : last);
    case 'loop': {
      if (clipCount >= speechCount) return straight(speechCount);
      if (meltCount === 0 && !isLong) return bounce(speechCount, last, last);
      const melted = Math.max(meltCount, isLong ? LONG_MELT : 0);
      return {
        count: speechCount,
        goesBack: false,
        isStraight: false,
        meltCount: melted,
        at: (index) => looped(index, clipCount, melted),
      };
    }
  }
}

/** How many pictures of a clip a film may show at most, of a speech that is so many pictures long. */
export function mostShown(mode: SyncMode, speechCount: number): number {
  return mode === 'silence' || mode === 'remap' ? Number.POSITIVE_INFINITY : speechCount;
}

type ClipLength = {
  readonly clipCount: number;
  readonly speechCount: number;
  readonly meltCount: number;
  readonly keptCount?: number;
};

/** Once to the last picture, then back and forth over `reach` pictures before it. */
function bounce(count: number, last: number, reach: number): PictureOrder {
  const start = last - reach;
  const from = (index: number): number => (index <= start ? index : start + bounced(index - start, reach));
  return { count, goesBack: count > last + 1, isStraight: false, meltCount: 0, at: (index) => ({ from: from(index) }) };
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
