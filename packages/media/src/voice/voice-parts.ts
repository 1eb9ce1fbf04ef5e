/** Where a part of the catalogue stands: a whole voice, or one of the three parts of a cascade. */
export const VOICE_SLOTS = ['voice', 'recogniser', 'thinker', 'speaker'] as const;
export type VoiceSlot = (typeof VOICE_SLOTS)[number];

/** A part of the catalogue with its options, as it travels to the media worker that opens it. */
export type PartChoice = {
  readonly id: string;
  readonly options: Readonly<Record<string, unknown>>;
  /** In memory and on the workers' channel only; never in a log, an environment or an answer. */
  readonly apiKey?: string;
};

/** What somebody has chosen; what is left out is as the voice has it. */
export type VoiceParts = { readonly [Slot in VoiceSlot]?: PartChoice };

/** For whatever shows or compares them. */
export function withoutKeys(parts: VoiceParts): VoiceParts {
  return Object.fromEntries(Object.entries(parts).map(([slot, { id, options }]) => [slot, { id, options }]));
}
