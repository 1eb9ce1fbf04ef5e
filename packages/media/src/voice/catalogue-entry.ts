import * as z from 'zod';
import type { Clock } from '../core/clock.ts';
import type { Logger } from '../core/logger.ts';
import type { MachineBrain } from '../core/machine-brain.ts';
import type { ProviderVoices, VoiceCapabilities, VoiceProvider } from '../core/voice-port.ts';
import type { Recogniser } from './cascade/recogniser.ts';
import type { Speaker } from './cascade/speaker.ts';
import type { Thinker } from './cascade/thinker.ts';
import type { LocalVoice } from './local/local-voice.ts';
import type { ServiceNetwork } from './shared/service-network.ts';
import type { PartChoice, VoiceSlot } from './voice-parts.ts';

/** What whoever opens a part is given. */
export type PartTools = {
  readonly clock: Clock;
  readonly logger: Logger;
  /** The way to services. Whatever an adapter asks goes through it: it keeps customers out of the server's own network. */
  readonly network: ServiceNetwork;
  /** Ears and mouth of this machine, made when first wanted. */
  readonly local: () => Promise<LocalVoice>;
  /** What is made is heard later: it may take its time. */
  readonly isUnhurried?: true;
  /** Language model of this machine; null: there is none. */
  readonly brain: MachineBrain | null;
  /** The operator of the server has chosen it by its settings, whose names its failures then give; otherwise an avatar's owner has. */
  readonly isOperators: boolean;
  readonly apiKey: string | undefined;
};

type Definition<Slot extends VoiceSlot, Schema extends z.ZodObject, Facts, Opened> = {
  readonly slot: Slot;
  /** What avatars name it by; stays for good. */
  readonly id: string;
  /** What people are shown. */
  readonly title: string;
  /**
   * Flat: strings, numbers, booleans and enums. Forms are made from the `title` and `description` of its fields (`.meta`), and an
   * address (`z.url`) of an avatar's owner is asked only where it leads out of the server's own network.
   */
  readonly optionsSchema: Schema;
  /** Left out: it has none. */
  readonly key?: {
    readonly isNeeded: (options: z.output<Schema>) => boolean;
    /** Where it is sent: a key is bound to the origin that it was given for. */
    readonly originOf: (options: z.output<Schema>) => string;
  };
  /** What it can do with these options. */
  readonly describe: (options: z.output<Schema>) => Facts;
  /** Loads its code when it is called: what nobody chooses costs nothing. Rejects with a sentence for whoever chose it. */
  readonly open: (options: z.output<Schema>, tools: PartTools) => Promise<Opened>;
};

/** A part with its options checked whenever they are used. */
export type CatalogueEntry<Slot extends VoiceSlot = VoiceSlot, Facts = unknown, Opened = unknown> = {
  readonly slot: Slot;
  readonly id: string;
  readonly title: string;
  readonly optionsSchema: z.ZodObject;
  readonly takesKey: boolean;
  /** These and the next throw a `ZodError` for options that do not fit. */
  needsKey(options: unknown): boolean;
  /** Null: it takes no key. */
  keyOrigin(options: unknown): string | null;
  describe(options: unknown): Facts;
  open(options: unknown, tools: PartTools): Promise<Opened>;
};

type RecogniserFacts = Pick<VoiceCapabilities, 'languages'> & {
  /** Words are known while the user still speaks. */
  readonly hearsAtOnce: boolean;
};
type ThinkerFacts = Thinker['capabilities'] & {
  /** Rules for trying out, no model: a customer's tools are not for it. */
  readonly isDemonstration: boolean;
};
type SpeakerFacts = Pick<VoiceCapabilities, 'timings' | 'languages'>;

export type RecogniserEntry = CatalogueEntry<'recogniser', RecogniserFacts, Recogniser | null>;
export type ThinkerEntry = CatalogueEntry<'thinker', ThinkerFacts, Thinker | null>;
export type SpeakerEntry = CatalogueEntry<'speaker', SpeakerFacts, Speaker> & {
  /** Who speaks with these options. */
  voices(options: unknown): SpeakerVoices;
};
export type SpeakerVoices = Pick<ProviderVoices, 'voices' | 'speakerOf' | 'takesOtherNames'>;

/** Of a service whose voices nobody describes. */
export const UNDESCRIBED_VOICES: SpeakerVoices = { voices: [], speakerOf: () => null, takesOtherNames: true };

/** A voice as a whole: it hears, thinks and speaks itself, or (`parts`) is put together from the parts of a cascade. */
export type VoiceEntry = CatalogueEntry<'voice', VoiceCapabilities, VoiceProvider> & {
  readonly offer: VoiceOffer;
  /** Which parts it is made of; null: it is one piece. */
  readonly parts: CascadePlan | null;
  /** What answers where nobody names a model; empty: it has none of its own. */
  readonly usualModel: string;
  /** None when left out. */
  readonly retiring?: readonly RetiringModel[];
  /** Null: it has no voices to tell of. */
  voices(options: unknown): Omit<ProviderVoices, 'provider'> | null;
};

/** Models that their service shuts down. */
export type RetiringModel = {
  /** Without the days of their making. */
  readonly names: readonly string[];
  /** The day, like `2027-01-20`, by which it does at the latest. */
  readonly by: string;
  /** Answers in their place. */
  readonly successor: string;
};

export type VoiceOffer = {
  /** Avatars may name it. */
  readonly toAvatars: boolean;
  /** The operator may put it behind the built-in avatars. */
  readonly toOperator: boolean;
  /** A demonstration answers, no model. */
  readonly isDemonstration: boolean;
  /** Deterministic, for tests; there where the operator lets it be. */
  readonly isDouble: boolean;
};

/** What is used where nobody has chosen; null: it has to be chosen. */
export type CascadePlan = {
  readonly recogniser: PartChoice;
  readonly thinker: PartChoice | null;
  readonly speaker: PartChoice;
  /** Owners of avatars choose parts of their own. */
  readonly isOpen: boolean;
};

export function definePart<Slot extends VoiceSlot, Schema extends z.ZodObject, Facts, Opened>(
  definition: Definition<Slot, Schema, Facts, Opened>,
): CatalogueEntry<Slot, Facts, Opened> {
  const { slot, id, title, optionsSchema, key, describe, open } = definition;
  const read = (options: unknown) => optionsSchema.parse(options);
  return {
    slot,
    id,
    title,
    optionsSchema,
    takesKey: key !== undefined,
    needsKey: (options) => key?.isNeeded(read(options)) ?? false,
    // The sockets of a place are no other place.
    keyOrigin: (options) => key?.originOf(read(options)).replace(/^ws/, 'http') ?? null,
    describe: (options) => describe(read(options)),
    open: async (options, tools) => open(read(options), tools),
  };
}

/** Of parts that have none. */
export const NO_OPTIONS = z.strictObject({});
