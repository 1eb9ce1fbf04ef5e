import type { ProviderVoices, VoiceDescription } from '@visavis/protocol/rest';

export type VoiceRow = {
  /** What an avatar calls it; empty: the usual one. */
  readonly voice: string;
  /** Null: the usual one, or a name that the provider does not describe. */
  readonly described: VoiceDescription | null;
  readonly isChosen: boolean;
};

/**
 * The voices of a provider by human name, women and men apart. Before them comes the usual one, where the choice may be left
 * open, and what is chosen and not among them.
 */
export function voiceRows(
  { voices }: Pick<ProviderVoices, 'voices'>,
  chosen: string,
  hasUsual = false,
): readonly VoiceRow[] {
  const order = ['female', 'male', 'neutral'];
  const rows = voices
    .toSorted(
      (one, other) => order.indexOf(one.gender) - order.indexOf(other.gender) || one.name.localeCompare(other.name),
    )
    .map((described) => ({ voice: described.voice, described, isChosen: described.voice === chosen }));
  const isAmong = chosen === '' || rows.some(({ isChosen }) => isChosen);
  return [
    ...(hasUsual ? [{ voice: '', described: null, isChosen: chosen === '' }] : []),
    ...(isAmong ? [] : [{ voice: chosen, described: null, isChosen: true }]),
    ...rows,
  ];
}
