import type { ProviderVoices, VoiceDescription } from '@visavis/protocol/rest';

/** What a provider says of its voices. */
type Provider = Readonly<Omit<ProviderVoices, 'voices'>> & {
  readonly voices: readonly VoiceDescription[];
  speakerOf(voice: string): VoiceDescription | null;
};

/** Whose voice is heard, by which provider. */
type Speaker = VoiceDescription & { readonly provider: string };

/** What of an avatar decides who speaks for it. */
type Speaking = { readonly isSystem: boolean; readonly provider: string; readonly voice: string };

export type VoiceDirectoryOptions = {
  /** The first is that of new avatars. */
  readonly providers: readonly Provider[];
  /** Id of the provider that speaks for an avatar: built-in ones follow the settings of this server. */
  readonly providerOf: (avatar: Pick<Speaking, 'isSystem' | 'provider'>) => string;
};

/** Which voices there are, and which of them really speaks for an avatar. */
export class VoiceDirectory {
  readonly #options: VoiceDirectoryOptions;

  constructor(options: VoiceDirectoryOptions) {
    this.#options = options;
  }

  list(): readonly Omit<Provider, 'speakerOf'>[] {
    return this.#options.providers.map(({ provider, voices, hasSamples, takesOtherNames }) => ({
      provider,
      voices,
      hasSamples,
      takesOtherNames,
    }));
  }

  /** Id of the provider that speaks for it. */
  providerOf(avatar: Pick<Speaking, 'isSystem' | 'provider'>): string {
    return this.#options.providerOf(avatar);
  }

  /** Null: its provider does not describe this voice. */
  speakerOf(avatar: Speaking): Speaker | null {
    const provider = this.providerOf(avatar);
    const found = this.#options.providers.find((known) => known.provider === provider);
    const described = found?.speakerOf(avatar.voice) ?? null;
    return described === null ? null : { ...described, provider };
  }
}

/** Of a server whose voices are not described. */
export const NO_DESCRIBED_VOICES = new VoiceDirectory({ providers: [], providerOf: ({ provider }) => provider });
