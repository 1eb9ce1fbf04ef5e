import { type ListedEntry, listCatalogue, readOptions, VOICES } from '@visavis/media/voice-catalogue';
import { createPartTrials } from '@visavis/media/voice-trials';
import { createAddressGuard } from '@visavis/protocol/address-guard';
import type { Bounds } from '../control/fairness/bounds.ts';
import { createSecretBox } from '../control/secrets/secret-box.ts';
import { NO_DESCRIBED_VOICES } from '../control/voices/voice-directory.ts';
import { VoiceKeys } from '../control/voices/voice-keys.ts';
import { type VoicePreviewOptions, VoicePreviews } from '../control/voices/voice-previews.ts';
import { type VoiceRules, VoiceSetup } from '../control/voices/voice-setup.ts';
import { type TryPart, VoiceTrials } from '../control/voices/voice-trials.ts';
import type { Closers } from './closers.ts';
import type { ConsoleServiceOptions } from './console-service-options.ts';
import { NO_MACHINE_MODELS } from './no-machine-models.ts';

/** What the control plane is told of the catalogue of voices. */
export type OfferedVoices = {
  readonly rules: VoiceRules;
  readonly listed: readonly ListedEntry[];
  readonly tryPart: TryPart;
};

/** Of a server that knows no catalogue: whatever avatars name is kept as it is. */
const ANY_VOICE: OfferedVoices = {
  rules: {
    providers: null,
    lookUp: (_slot, { options }) => ({ kind: 'part', options, addresses: {}, keyOrigin: null, needsKey: false }),
  },
  listed: [],
  tryPart: async () => {},
};

/** Models of this machine that the operator may put behind the built-in avatars. */
export type ServerVoiceModels = {
  list(): { readonly name: string; readonly model: string; readonly isUsed: boolean }[];
  /** False: there is no such model. */
  use(choice: { readonly name: string; readonly model: string } | null): Promise<boolean>;
};

const NO_MODELS: ServerVoiceModels = { list: () => [], use: async (choice) => choice === null };

const NO_SAMPLES: VoicePreviewOptions = { speak: null, hasKey: () => null };

/** The catalogue as avatars of this server may use it; `hasDoubles`: those for tests, too. */
export function offeredVoices(
  options: { readonly hasDoubles: boolean } & Parameters<typeof createPartTrials>[0],
  closers: Pick<Closers, 'add'>,
): OfferedVoices {
  const trials = createPartTrials(options);
  closers.add('voice trials', () => trials.close());
  const named = VOICES.filter(({ offer }) => offer.toAvatars || (offer.isDouble && options.hasDoubles));
  return {
    rules: { providers: named.map(({ id }) => id), lookUp: readOptions },
    listed: listCatalogue(),
    tryPart: (slot, part, signal) => trials.run(slot, part, signal),
  };
}

/** What avatars are to speak with, the keys for it, and how it sounds. */
export function createVoiceServices(options: ConsoleServiceOptions, { reached: onBound }: Pick<Bounds, 'reached'>) {
  const { db, masterKeys, fetchPrivateHosts = [], offered = ANY_VOICE, serverVoice = NO_MODELS } = options;
  const keys = new VoiceKeys(db, createSecretBox(masterKeys, 'voice keys'));
  const findAddresses = createAddressGuard({ allowedPrivateHosts: fetchPrivateHosts });
  const setup = new VoiceSetup({ rules: offered.rules, keys, findAddresses });
  const voiceTrials = new VoiceTrials({ setup, tryPart: offered.tryPart, onBound });
  const voiceCatalogue = offered.listed.map((entry) => ({
    ...entry,
    options: { ...entry.options },
    retiring: entry.retiring.map((model) => ({ ...model, names: [...model.names] })),
  }));
  const { voices = NO_DESCRIBED_VOICES, voicePreviews: previews = NO_SAMPLES } = options;
  const { machineModels = NO_MACHINE_MODELS } = options;
  const voicePreviews = new VoicePreviews({ ...previews, onBound });
  return {
    setup,
    forConsole: {
      serverVoice,
      machineModels,
      voices,
      voicePreviews,
      voiceKeys: keys,
      voiceTrials,
      voiceCatalogue,
    },
  };
}
