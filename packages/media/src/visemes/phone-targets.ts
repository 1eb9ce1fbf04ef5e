/**
 * Lip and jaw targets of one phone. `jawStrength` and `lipStrength` say how firmly the phone holds its targets against
 * its neighbours (0 takes the shape of the neighbours, 1 is a stressed vowel, more pulls the neighbours along).
 */
export type PhoneTarget = {
  readonly jaw: number;
  readonly wide: number;
  readonly round: number;
  readonly jawStrength: number;
  readonly lipStrength: number;
};

export type PhoneEventChannel = 'closure' | 'labiodental' | 'tongue' | 'sibilant';

/** A gesture that a phone makes besides its target, held from the phone's start for `heldShare` of its length. */
type PhoneEvent = { readonly channel: PhoneEventChannel; readonly peak: number; readonly heldShare: number };

/** The parts a phone passes through: one for most, two for diphthongs and affricates. Shares add up to 1. */
type PhonePart = { readonly share: number; readonly target: PhoneTarget };

export type PhoneShape = { readonly parts: readonly PhonePart[]; readonly event: PhoneEvent | null };

function target(jaw: number, wide: number, round: number, jawStrength = 1, lipStrength = 1): PhoneTarget {
  return { jaw, wide, round, jawStrength, lipStrength };
}

/** Weak: the ramp towards a pause does the closing. */
const REST = target(0, 0, 0, 0.8, 0.5);

const vowelTargets = {
  aa: target(0.95, 0.12, 0.02),
  ae: target(0.8, 0.45, 0),
  ah: target(0.6, 0.2, 0.02, 0.9, 0.7),
  ao: target(0.75, 0, 0.5),
  ax: target(0.35, 0.2, 0.05, 0.5, 0.3),
  eh: target(0.58, 0.5, 0),
  er: target(0.34, 0.08, 0.4, 0.8, 0.8),
  ih: target(0.32, 0.6, 0, 0.8, 0.8),
  iy: target(0.2, 0.92, 0),
  oh: target(0.5, 0, 0.68),
  uh: target(0.34, 0.02, 0.5, 0.8, 0.9),
  uw: target(0.2, 0, 0.9, 1, 1.2),
} as const;

const consonantTargets = {
  bilabial: target(0.06, 0.15, 0.02, 1.5, 0.3),
  labiodental: target(0.12, 0.22, 0.02, 1.3, 0.5),
  dental: target(0.2, 0.25, 0, 0.8, 0.3),
  alveolar: target(0.2, 0.28, 0, 0.6, 0.25),
  lateral: target(0.3, 0.22, 0, 0.6, 0.3),
  tap: target(0.28, 0.25, 0, 0.4, 0.15),
  hissing: target(0.09, 0.5, 0, 1.2, 0.6),
  hushing: target(0.12, 0.05, 0.55, 1.2, 0.9),
  rhotic: target(0.24, 0.05, 0.42, 0.6, 0.7),
  velar: target(0.28, 0.25, 0, 0.4, 0.12),
  glottal: target(0.35, 0.2, 0, 0.06, 0.04),
  palatal: target(0.17, 0.7, 0, 0.8, 0.7),
  labiovelar: target(0.14, 0, 0.92, 1, 1.4),
} as const;

function steady(shape: PhoneTarget, event: PhoneEvent | null = null): PhoneShape {
  return { parts: [{ share: 1, target: shape }], event };
}

function gliding(first: PhoneTarget, second: PhoneTarget): PhoneShape {
  return {
    parts: [
      { share: 0.6, target: first },
      { share: 0.4, target: second },
    ],
    event: null,
  };
}

/** Stops open before they end: what follows the burst is aspiration with the lips already parted. */
const closed = (heldShare: number): PhoneEvent => ({ channel: 'closure', peak: 1, heldShare });
const lipToTeeth: PhoneEvent = { channel: 'labiodental', peak: 1, heldShare: 1 };
const tongueTip = (peak: number): PhoneEvent => ({ channel: 'tongue', peak, heldShare: 1 });
const teethShown: PhoneEvent = { channel: 'sibilant', peak: 1, heldShare: 1 };

/**
 * Shapes by symbol: the ARPAbet of the CMU dictionary, the reduced phones of the TIMIT set that synthesisers print
 * (`ax axr ix ux dx q el em en hv nx`), and `oh` for the plain o of most languages.
 */
const shapes: Readonly<Record<string, PhoneShape>> = {
  pau: steady(REST),
  aa: steady(vowelTargets.aa),
  ae: steady(vowelTargets.ae),
  ah: steady(vowelTargets.ah),
  ao: steady(vowelTargets.ao),
  aw: gliding(vowelTargets.aa, vowelTargets.uh),
  ax: steady(vowelTargets.ax),
  axr: steady(vowelTargets.er),
  ay: gliding(vowelTargets.aa, vowelTargets.ih),
  eh: steady(vowelTargets.eh),
  er: steady(vowelTargets.er),
  ey: gliding(vowelTargets.eh, vowelTargets.iy),
  ih: steady(vowelTargets.ih),
  ix: steady(vowelTargets.ih),
  iy: steady(vowelTargets.iy),
  oh: steady(vowelTargets.oh),
  ow: gliding(vowelTargets.oh, vowelTargets.uw),
  oy: gliding(vowelTargets.ao, vowelTargets.ih),
  uh: steady(vowelTargets.uh),
  uw: steady(vowelTargets.uw),
  ux: steady(vowelTargets.uw),
  b: steady(consonantTargets.bilabial, closed(0.85)),
  p: steady(consonantTargets.bilabial, closed(0.7)),
  m: steady(consonantTargets.bilabial, closed(1)),
  em: steady(consonantTargets.bilabial, closed(1)),
  f: steady(consonantTargets.labiodental, lipToTeeth),
  v: steady(consonantTargets.labiodental, lipToTeeth),
  th: steady(consonantTargets.dental, tongueTip(1)),
  dh: steady(consonantTargets.dental, tongueTip(1)),
  t: steady(consonantTargets.alveolar, tongueTip(0.6)),
  d: steady(consonantTargets.alveolar, tongueTip(0.6)),
  n: steady(consonantTargets.alveolar, tongueTip(0.65)),
  en: steady(consonantTargets.alveolar, tongueTip(0.65)),
  nx: steady(consonantTargets.tap, tongueTip(0.6)),
  l: steady(consonantTargets.lateral, tongueTip(0.85)),
  el: steady(consonantTargets.lateral, tongueTip(0.85)),
  dx: steady(consonantTargets.tap, tongueTip(0.6)),
  s: steady(consonantTargets.hissing, teethShown),
  z: steady(consonantTargets.hissing, teethShown),
  sh: steady(consonantTargets.hushing, teethShown),
  zh: steady(consonantTargets.hushing, teethShown),
  ch: steady(consonantTargets.hushing, teethShown),
  jh: steady(consonantTargets.hushing, teethShown),
  r: steady(consonantTargets.rhotic),
  k: steady(consonantTargets.velar),
  g: steady(consonantTargets.velar),
  ng: steady(consonantTargets.velar),
  hh: steady(consonantTargets.glottal),
  hv: steady(consonantTargets.glottal),
  q: steady(consonantTargets.glottal),
  y: steady(consonantTargets.palatal),
  w: steady(consonantTargets.labiovelar),
};

const UNKNOWN_PHONE = steady(vowelTargets.ax);
const SILENT_SYMBOLS = new Set(['pau', 'sil', 'sp', 'spn', 'h#', '#', '_', '']);

export function isSilence(symbol: string): boolean {
  return SILENT_SYMBOLS.has(symbol);
}

/** Shape of a phone. Symbols nobody knows look like a schwa, so that a new alphabet degrades softly. */
export function phoneShape(symbol: string): PhoneShape {
  if (isSilence(symbol)) return shapes.pau ?? UNKNOWN_PHONE;
  return shapes[symbol] ?? UNKNOWN_PHONE;
}
