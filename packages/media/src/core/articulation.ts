/** Frames on the articulation bus per second of sound. */
export const ARTICULATION_RATE_HZ = 100;

/** Order of the channels in an articulation frame. All values run from 0 (rest) to 1 (full). */
export const ARTICULATION_CHANNELS = ['jaw', 'wide', 'round', 'closure', 'labiodental', 'tongue', 'sibilant'] as const;

export type ArticulationChannel = (typeof ARTICULATION_CHANNELS)[number];

/**
 * What the mouth does at one moment. `jaw` opens; `wide` spreads and `round` puckers the lips; `closure` presses them
 * together (p b m); `labiodental` lays the lower lip to the upper teeth (f v); `tongue` shows its tip (th t d n l);
 * `sibilant` shows both rows of teeth (s z sh ch).
 */
export type Articulation = Record<ArticulationChannel, number>;

export const MOUTH_AT_REST: Articulation = Object.freeze({
  jaw: 0,
  wide: 0,
  round: 0,
  closure: 0,
  labiodental: 0,
  tongue: 0,
  sibilant: 0,
});

/**
 * One spoken phone. `symbol` is ARPAbet in lower case without stress (`aa`, `b`, `ch`, …) or `pau` for silence; makers
 * of other alphabets map to it. Times count from the first sample of the turn's sound.
 */
export type PhoneTiming = { readonly symbol: string; readonly startMs: number; readonly endMs: number };
