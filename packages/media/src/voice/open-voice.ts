import { errorMessage } from '../core/error-message.ts';
import type { LogFields, Logger } from '../core/logger.ts';
import type { VoiceProvider } from '../core/voice-port.ts';
import { findEntry, type VoiceParts, type VoiceSlot } from './catalogue.ts';
import type { CascadePlan, PartTools } from './catalogue-entry.ts';
import { openNetwork, type ServiceNetwork } from './shared/service-network.ts';
import type { PartChoice } from './voice-parts.ts';

export type Surroundings = Pick<PartTools, 'clock' | 'logger' | 'local' | 'brain'> & {
  /** What the operator of the server has chosen for avatars that choose nothing. */
  readonly operatorParts: VoiceParts;
  /** For addresses that owners of avatars give. */
  readonly network: ServiceNetwork;
  /** Deterministic doubles may be opened. */
  readonly hasDoubles: boolean;
};

/**
 * Opens the voice that an avatar names, with the parts that its owner has chosen and with the operator's where there are none.
 * Rejects with a sentence where that cannot be.
 */
export async function openVoice(
  provider: string,
  chosen: VoiceParts,
  surroundings: Surroundings,
): Promise<VoiceProvider> {
  const entry = findEntry('voice', provider);
  if (entry === null || (entry.offer.isDouble && !surroundings.hasDoubles)) {
    throw new Error(`There is no voice provider "${provider}" here. Choose another one in the avatar's settings.`);
  }
  const keys = Object.values(chosen).flatMap(({ apiKey }) => apiKey ?? []);
  if (entry.parts !== null) return hidingKeys(await openComposed(provider, entry.parts, chosen, surroundings), keys);
  const operators = surroundings.operatorParts.voice;
  const usual = operators?.id === provider ? operators : { id: provider, options: {} };
  // What was chosen for another voice is none of this one's.
  const own = chosen.voice?.id === provider ? chosen.voice : undefined;
  const part = own ?? usual;
  return hidingKeys(await entry.open(part.options, toolsFor(part, own !== undefined, surroundings)), keys);
}

async function openComposed(
  provider: string,
  plan: CascadePlan,
  chosen: VoiceParts,
  surroundings: Surroundings,
): Promise<VoiceProvider> {
  const { operatorParts } = surroundings;
  const partOf = (slot: 'recogniser' | 'thinker' | 'speaker') => {
    const own = plan.isOpen ? chosen[slot] : undefined;
    const part = own ?? (plan.isOpen ? operatorParts[slot] : undefined) ?? plan[slot];
    if (part === null) {
      throw new Error('This avatar thinks with a language model, and none is chosen: choose one in its settings.');
    }
    return {
      entry: known(slot, part),
      options: part.options,
      tools: toolsFor(part, own !== undefined && own.isOperators !== true, surroundings),
    };
  };
  const [ears, mind, mouth] = [partOf('recogniser'), partOf('thinker'), partOf('speaker')];
  const [local, recogniser, thinker, speaker] = await Promise.all([
    surroundings.local(),
    known('recogniser', ears.entry).open(ears.options, ears.tools),
    known('thinker', mind.entry).open(mind.options, mind.tools),
    known('speaker', mouth.entry).open(mouth.options, mouth.tools),
  ]);
  return local.withParts(
    provider,
    { recogniser, thinker, speaker },
    known('speaker', mouth.entry).describe(mouth.options),
  );
}

function known<Slot extends VoiceSlot>(slot: Slot, { id }: { readonly id: string }) {
  const entry = findEntry(slot, id);
  if (entry === null) throw new Error(`There is no ${slot} "${id}" here. Choose another one in the avatar's settings.`);
  return entry;
}

function toolsFor({ apiKey }: PartChoice, isOwners: boolean, surroundings: Surroundings): PartTools {
  const { clock, local, brain, network } = surroundings;
  const logger = apiKey === undefined ? surroundings.logger : hidingLogger(surroundings.logger, apiKey);
  return { clock, logger, local, brain, apiKey, isOperators: !isOwners, network: isOwners ? network : openNetwork };
}

/** What a service says of a key is logged without it. */
function hidingLogger(logger: Logger, key: string): Logger {
  const hide = (fields: LogFields): LogFields =>
    Object.fromEntries(
      Object.entries(fields).map(([name, value]) => [name, typeof value === 'string' ? hiding(value, key) : value]),
    );
  return {
    debug: (fields, message) => logger.debug(hide(fields), message),
    info: (fields, message) => logger.info(hide(fields), message),
    warn: (fields, message) => logger.warn(hide(fields), message),
    error: (fields, message) => logger.error(hide(fields), message),
  };
}

function hiding(text: string, key: string): string {
  return text.replaceAll(key, '…');
}

/** Some services repeat the key that they refuse, and what they say reaches whoever talks. */
function hidingKeys(provider: VoiceProvider, keys: readonly string[]): VoiceProvider {
  if (keys.length === 0) return provider;
  const hide = (text: string): string => keys.reduce(hiding, text);
  return {
    id: provider.id,
    capabilities: provider.capabilities,
    close: () => provider.close(),
    open: (config, listener, signal) =>
      provider
        .open(
          config,
          (event) => listener(event.type === 'failed' ? { ...event, message: hide(event.message) } : event),
          signal,
        )
        .catch((error: unknown) => {
          throw new Error(hide(errorMessage(error)));
        }),
  };
}
