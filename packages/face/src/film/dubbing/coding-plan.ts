import { pictureByteLength } from '@visavis/media/core';

export type CodingPlan = {
  /** Threads that code groups of pictures in turn. */
  readonly threadCount: number;
  /** Pictures of a group: each begins with a key picture, so that groups need nothing of one another. */
  readonly groupLength: number;
  /** Pictures that wait for the threads. */
  readonly mostWaiting: number;
};

/** A player may begin here. */
const KEY_PICTURE_EVERY_S = 4;
/** With two threads a group waits in memory while the one before is coded. */
const SHARED_KEY_PICTURE_EVERY_S = 2;
const MOST_GROUP_BYTES = 64 * 1024 ** 2;
/** Shorter groups would cost more in key pictures than a second thread is worth. */
const LEAST_GROUP = 12;
const AHEAD = 3;

/** How the pictures of a film are shared out; `coreCount` of this machine. */
export function planCoding(
  { widthPx, heightPx }: { readonly widthPx: number; readonly heightPx: number },
  picturesPerSecond: number,
  coreCount: number,
): CodingPlan {
  const most = Math.floor(MOST_GROUP_BYTES / pictureByteLength(widthPx, heightPx));
  if (coreCount < 2 || most < LEAST_GROUP) {
    const groupLength = Math.max(1, Math.round(KEY_PICTURE_EVERY_S * picturesPerSecond));
    return { threadCount: 1, groupLength, mostWaiting: AHEAD };
  }
  const usual = Math.round(SHARED_KEY_PICTURE_EVERY_S * picturesPerSecond);
  const groupLength = Math.min(most, Math.max(LEAST_GROUP, usual));
  return { threadCount: 2, groupLength, mostWaiting: groupLength + AHEAD };
}
