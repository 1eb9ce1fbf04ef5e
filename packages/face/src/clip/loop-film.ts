import { createPicture, type Picture } from '@visavis/media/core';
import type { LoopChoice } from './choose-loop.ts';

/**
 * Takes the chosen pictures (I420) out of a clip and hands each to `put` with its number in the loop. The last ones melt
 * into those before the first, so that the end meets the start. Holds `meltCount` pictures at most.
 */
export async function writeLoopFilm(
  pictures: AsyncGenerator<Buffer>,
  { first, count, meltCount }: LoopChoice,
  side: number,
  put: (index: number, picture: Picture) => Promise<void>,
): Promise<void> {
  const before: Uint8Array[] = [];
  const out = createPicture(side, side);
  let index = -first;
  for await (const data of pictures) {
    if (index >= -meltCount && index < 0) before.push(data.slice());
    if (index >= 0) {
      out.data.set(data.subarray(0, out.data.length));
      const melting = index - (count - meltCount);
      const other = melting >= 0 ? before[melting] : undefined;
      if (other !== undefined) mix(out.data, other, (melting + 1) / (meltCount + 1));
      await put(index, out);
    }
    index++;
    if (index === count) break;
  }
}

function mix(into: Uint8Array, other: Uint8Array, share: number): void {
  for (let i = 0; i < into.length; i++) {
    const own = into[i] as number;
    into[i] = own + ((other[i] as number) - own) * share + 0.5;
  }
}
