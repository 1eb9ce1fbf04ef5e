import { VOICE_SLOTS } from '@visavis/protocol';
import * as z from 'zod';
import type { ProviderVoices, VoiceCapabilities } from '../core/voice-port.ts';
import { anthropicEntry } from './anthropic/entry.ts';
import { azureSpeechEntry } from './azure-speech/entry.ts';
import { cartesiaEntry } from './cartesia/entry.ts';
import { cascadeEntry } from './cascade/entry.ts';
import type {
  RecogniserEntry,
  RetiringModel,
  SpeakerEntry,
  ThinkerEntry,
  VoiceEntry,
  VoiceOffer,
} from './catalogue-entry.ts';
import { deepgramEntry } from './deepgram/entry.ts';
import { elevenLabsAgentsEntry } from './elevenlabs/agents/entry.ts';
import { elevenLabsEntry } from './elevenlabs/entry.ts';
import { geminiLiveEntry } from './gemini-live/entry.ts';
import { googleEntry } from './google/entry.ts';
import { gptLiveEntry } from './gpt-live/entry.ts';
import {
  demoThinkerEntry,
  localNeuralEntry,
  localRecogniser,
  localSpeakerEntry,
  localVoiceEntry,
} from './local/entries.ts';
import { machineThinker } from './local-brain/entry.ts';
import { mistralEntry } from './mistral/entry.ts';
import { compatibleRecogniser, compatibleSpeaker, compatibleThinker } from './openai-compatible/entries.ts';
import { openAiRealtimeEntry } from './openai-realtime/entry.ts';
import { operatorEntry, peopleThinker } from './operator/entry.ts';
import { scriptedEntry } from './scripted/entry.ts';
import { transparencyEntry } from './transparency/entry.ts';
import type { PartChoice, VoiceParts, VoiceSlot } from './voice-parts.ts';

export { lackOf, type OperatorSettings, operatorParts, usualVoice, voiceAround } from './operator-choice.ts';
export { type PartChoice, type VoiceParts, type VoiceSlot, withoutKeys } from './voice-parts.ts';

/**
 * Every voice, and every part of a cascade. Console, server, workers and documents know them from here: a new one is a folder with
 * an entry, and a line below. Whatever is listed may be named by avatars for good, so an `id` never changes.
 */
export const VOICES: readonly VoiceEntry[] = [
  localVoiceEntry,
  openAiRealtimeEntry,
  gptLiveEntry,
  geminiLiveEntry,
  elevenLabsAgentsEntry,
  cascadeEntry,
  operatorEntry,
  transparencyEntry,
  scriptedEntry,
];
const RECOGNISERS: readonly RecogniserEntry[] = [localRecogniser, compatibleRecogniser, deepgramEntry];
const THINKERS: readonly ThinkerEntry[] = [
  machineThinker,
  compatibleThinker,
  anthropicEntry,
  googleEntry,
  mistralEntry,
  demoThinkerEntry,
  peopleThinker,
];
const SPEAKERS: readonly SpeakerEntry[] = [
  localSpeakerEntry,
  localNeuralEntry,
  compatibleSpeaker,
  elevenLabsEntry,
  cartesiaEntry,
  azureSpeechEntry,
];

type Entries = {
  readonly voice: VoiceEntry;
  readonly recogniser: RecogniserEntry;
  readonly thinker: ThinkerEntry;
  readonly speaker: SpeakerEntry;
};

const ENTRIES: { readonly [Slot in VoiceSlot]: readonly Entries[Slot][] } = {
  voice: VOICES,
  recogniser: RECOGNISERS,
  thinker: THINKERS,
  speaker: SPEAKERS,
};

/** Null: there is none by this name. */
export function findEntry<Slot extends VoiceSlot>(slot: Slot, id: string): Entries[Slot] | null {
  return ENTRIES[slot].find((entry) => entry.id === id) ?? null;
}

/** One entry as others are told of it. */
export type ListedEntry = {
  readonly slot: VoiceSlot;
  readonly id: string;
  readonly title: string;
  /** JSON schema of its options. */
  readonly options: Readonly<Record<string, unknown>>;
  readonly takesKey: boolean;
  /** Where its key is sent; null: where its options say, or it takes none. */
  readonly keyOrigin: string | null;
  /** Its parts may be chosen. */
  readonly hasParts: boolean;
  /** Its avatars may call tools; false of parts, which leave that to their voice. */
  readonly callsTools: boolean;
  /** Models that its service shuts down. */
  readonly retiring: readonly RetiringModel[];
};

/** What avatars may name, in the order in which it is offered. */
export function listCatalogue(): readonly ListedEntry[] {
  return VOICE_SLOTS.flatMap((slot) =>
    ENTRIES[slot].filter(isOffered).map((entry) => ({
      slot,
      id: entry.id,
      title: entry.title,
      takesKey: entry.takesKey,
      options: z.toJSONSchema(entry.optionsSchema, { io: 'input' }),
      keyOrigin: usualOrigin(entry),
      retiring: 'retiring' in entry ? (entry.retiring ?? []) : [],
      hasParts: hasOpenParts(entry),
      callsTools: hasOpenParts(entry) || (slot === 'voice' && describeVoice(entry.id, {})?.tools === true),
    })),
  );
}

function hasOpenParts(entry: Entries[VoiceSlot]): boolean {
  return 'parts' in entry && entry.parts?.isOpen === true;
}

/** Voices that say themselves whom they are for; all parts but those that only a voice of its own uses. */
function isOffered(entry: Entries[VoiceSlot]): boolean {
  if (entry === peopleThinker || entry === demoThinkerEntry) return false;
  return !('offer' in entry) || entry.offer.toAvatars;
}

/** Whatever has to be chosen beside the address, a voice for one, is no part of it. */
function usualOrigin(entry: Entries[VoiceSlot]): string | null {
  const { required = [] } = z.toJSONSchema(entry.optionsSchema, { io: 'input' });
  const usual = entry.optionsSchema.safeParse(Object.fromEntries(required.map((name) => [name, 'any'])));
  return usual.success ? entry.keyOrigin(usual.data) : null;
}

/** What is wrong with the options of a part, or what they are when the usual ones are filled in. */
export function readOptions(slot: VoiceSlot, { id, options }: PartChoice) {
  const entry = findEntry(slot, id);
  if (entry === null || !isOffered(entry)) {
    return { kind: 'unknown', known: ENTRIES[slot].filter(isOffered).map((known) => known.id) } as const;
  }
  const read = entry.optionsSchema.safeParse(options);
  if (!read.success) {
    const [issue] = read.error.issues;
    const unknown = issue?.code === 'unrecognized_keys' ? issue.keys[0] : undefined;
    const option = unknown ?? String(issue?.path[0] ?? '');
    return {
      kind: 'wrong-option',
      option,
      why: unknown === undefined ? (issue?.message ?? '') : 'is not known',
    } as const;
  }
  const addresses = Object.entries(entry.optionsSchema.shape).filter(([name, schema]) =>
    isAddress(schema, read.data[name]),
  );
  return {
    kind: 'part',
    options: plainOptions(read.data),
    addresses: Object.fromEntries(addresses.map(([name]) => [name, String(read.data[name])])),
    keyOrigin: entry.keyOrigin(read.data),
    needsKey: entry.needsKey(read.data),
  } as const;
}

function isAddress(schema: z.core.$ZodType, value: unknown): boolean {
  return typeof value === 'string' && z.toJSONSchema(schema, { io: 'input' }).format === 'uri';
}

function plainOptions(options: Readonly<Record<string, unknown>>): Readonly<Record<string, string | number | boolean>> {
  const isPlain = (value: unknown) => ['string', 'number', 'boolean'].includes(typeof value);
  return Object.fromEntries(Object.entries(options).filter(([, value]) => isPlain(value))) as Readonly<
    Record<string, string | number | boolean>
  >;
}

export function offersOf(provider: string): VoiceOffer | null {
  return findEntry('voice', provider)?.offer ?? null;
}

/** What the parts of a voice are, those that nobody has chosen included; empty for a voice of one piece. */
export function partsOf(provider: string, chosen: VoiceParts): Omit<VoiceParts, 'voice'> {
  const plan = findEntry('voice', provider)?.parts ?? null;
  if (plan === null) return {};
  const { recogniser, thinker, speaker } = plan.isOpen ? { ...plan, ...chosen } : plan;
  return { recogniser, speaker, ...(thinker === null ? {} : { thinker }) };
}

/** What a voice can do with these parts, as far as it is known without opening it; null: there is no such voice. */
export function describeVoice(provider: string, chosen: VoiceParts): VoiceCapabilities | null {
  const entry = findEntry('voice', provider);
  if (entry === null) return null;
  if (entry.parts === null) return entry.describe(chosen.voice?.options ?? {});
  const parts = partsOf(provider, chosen);
  const facts = {
    ...entry.describe({}),
    ...factsOf(findEntry('speaker', parts.speaker?.id ?? ''), parts.speaker),
  };
  const thinker = factsOf(findEntry('thinker', parts.thinker?.id ?? ''), parts.thinker);
  return { ...facts, sees: thinker?.sees ?? false, tools: thinker?.tools ?? false };
}

function factsOf<Facts>(entry: { describe(options: unknown): Facts } | null, part: PartChoice | undefined) {
  return entry === null || part === undefined ? null : entry.describe(part.options);
}

/** What providers say of their voices, where the operator has chosen these parts; the first is that of new avatars. */
export function describeVoices(chosen: VoiceParts): readonly ProviderVoices[] {
  return VOICES.flatMap((entry) => {
    const { id: provider } = entry;
    const own = chosen.voice?.id === provider ? chosen.voice.options : {};
    const described = entry.voices(own);
    if (described === null) return [];
    const { speaker } = partsOf(provider, chosen);
    const voices = speaker === undefined ? described : findEntry('speaker', speaker.id)?.voices(speaker.options);
    return [{ ...described, ...voices, provider, hasSamples: described.hasSamples }];
  });
}
