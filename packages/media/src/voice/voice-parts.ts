import type { VoiceSlotName } from '@visavis/protocol';

export type VoiceSlot = VoiceSlotName;

/** A part of the catalogue with its options, as it travels to the media worker that opens it. */
export type PartChoice = {
  readonly id: string;
  readonly options: Readonly<Record<string, unknown>>;
  /** In memory and on the workers' channel only; never in a log, an environment or an answer. */
  readonly apiKey?: string;
  /** The operator of the server has chosen it, not the owner of an avatar. */
  readonly isOperators?: true;
};

/** What somebody has chosen; what is left out is as the voice has it. */
export type VoiceParts = { readonly [Slot in VoiceSlot]?: PartChoice };

/** For whatever shows or compares them. */
export function withoutKeys(parts: VoiceParts): VoiceParts {
  return Object.fromEntries(Object.entries(parts).map(([slot, { id, options }]) => [slot, { id, options }]));
}
