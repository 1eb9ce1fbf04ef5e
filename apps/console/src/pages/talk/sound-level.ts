/** The level of a microphone, root mean square from 0 to 1, as a share of a meter: speech lies between −50 and −10 dBFS. */
export function meterShare(level: number): number {
  const decibels = 20 * Math.log10(Math.max(level, 1e-5));
  return Math.min(1, Math.max(0, (decibels + 50) / 40));
}

/** Whether somebody is heard, told apart from a click or a breath; made of levels that come 25 times a second. */
export type Hearing = { readonly isHeard: boolean; readonly loudCount: number; readonly quietCount: number };

export const nothingHeard: Hearing = { isHeard: false, loudCount: 0, quietCount: 0 };

/** −34 dBFS: quiet speech at arm's length. */
const loudShare = 0.4;
/** A fifth of a second of voice, and a second and a half without. */
const heardAfter = 5;
const forgottenAfter = 38;

export function afterLevel({ isHeard, loudCount, quietCount }: Hearing, level: number): Hearing {
  if (meterShare(level) >= loudShare) {
    const loud = loudCount + 1;
    return { isHeard: isHeard || loud >= heardAfter, loudCount: loud, quietCount: 0 };
  }
  const quiet = quietCount + 1;
  // Words have gaps: only a pause begins the count anew.
  if (quiet < forgottenAfter) return { isHeard, loudCount, quietCount: quiet };
  return { ...nothingHeard, quietCount: quiet };
}
