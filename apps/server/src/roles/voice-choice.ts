import { describeVoice, findEntry, type PartChoice, partsOf, type VoiceParts } from '@visavis/media/voice-catalogue';
import { FIRST_VOICE } from '@visavis/protocol';
import type { VoiceReport } from '../http/talk-page.ts';
import type { Admission } from '../ports.ts';

/** What speaks for the built-in avatars, and the parts that the operator has chosen; it may change while the server runs. */
export type ServerVoice = {
  readonly provider: string;
  readonly parts: VoiceParts;
  /** Those that media workers do not know from their start, for each call; none when left out. */
  readonly callParts?: VoiceParts;
};

/** Who speaks for an avatar of this server: `provider` is what it is set to. */
export function providerFor(
  avatar: { readonly isSystem: boolean; readonly provider: string },
  provider: string,
): string {
  return avatar.isSystem && avatar.provider === FIRST_VOICE ? provider : avatar.provider;
}

/**
 * System avatars are stored with the first voice, and speak with the one that this server is set to. Avatars of projects
 * keep theirs.
 */
export function withVoiceProvider(admission: Admission, current: () => ServerVoice): Admission {
  return {
    ...admission,
    async findAvatar(projectId, query) {
      const found = await admission.findAvatar(projectId, query);
      if (found.kind === 'missing') return found;
      const { avatar } = found;
      const voice = current();
      const provider = providerFor({ ...avatar, isSystem: avatar.isSystem === true }, voice.provider);
      if (provider === avatar.provider) return found;
      const model = avatar.model === FIRST_VOICE ? usualModelOf(voice) : avatar.model;
      const { callParts: parts } = voice;
      return { ...found, avatar: { ...avatar, provider, model, ...(parts === undefined ? {} : { parts }) } };
    },
  };
}

function usualModelOf({ provider, parts }: ServerVoice): string {
  const model = partsOf(provider, parts).thinker?.options.model;
  return typeof model === 'string' ? model : (findEntry('voice', provider)?.usualModel ?? '');
}

/** What speaks, hears and thinks for the built-in avatars, given what this machine has of its own. */
export function reportVoice(
  { provider, parts }: ServerVoice,
  local: { readonly mouth: string; readonly ears: string; readonly brain: string; readonly model: string | null },
): VoiceReport {
  const entry = findEntry('voice', provider);
  const { recogniser, thinker, speaker } = partsOf(provider, parts);
  if (entry === null || recogniser === undefined || speaker === undefined) {
    const name = describeWhole(provider, parts);
    const brain = `${name}, ${entry?.usualModel ?? ''} unless the call names a model`;
    return { mouth: name, ears: name, brain, hears: true, provider };
  }
  const nameOf = (part: PartChoice, own: string): string => (hasService(part) ? describeService(part) : own);
  return {
    mouth: nameOf(speaker, local.mouth),
    ears: nameOf(recogniser, local.ears),
    brain: thinker === undefined ? 'no language model' : nameOf(thinker, brainOfMachine(thinker, local)),
    hears: hasService(recogniser) || !local.ears.startsWith('none'),
    provider,
  };
}

/** Of a thinker that needs no service. */
function brainOfMachine({ id, options }: PartChoice, { brain, model }: Parameters<typeof reportVoice>[1]): string {
  if (findEntry('thinker', id)?.describe(options).isDemonstration === true) return brain;
  return model === null ? 'no language model on this machine' : `${model} (a model of this machine)`;
}

/** Whether pictures of the user's camera are understood by what answers for avatars of this provider. */
export function seesWith(provider: string, parts: VoiceParts): boolean {
  return describeVoice(provider, parts)?.sees === true;
}

/** One line on which voice is active and how to have the other. */
export function describeProvider({ provider, parts }: ServerVoice): string {
  const back = `VOICE_PROVIDER=${FIRST_VOICE} for the built-in voice`;
  if (provider === FIRST_VOICE) {
    return parts.voice?.apiKey === undefined
      ? 'built-in; for a real conversation: OPENAI_API_KEY=… npx visavis, or any language model: LLM_URL=… LLM_MODEL=…'
      : `built-in, by VOICE_PROVIDER=${FIRST_VOICE}; ${titleOf(parts.voice)} for avatars that name it`;
  }
  const { thinker } = partsOf(provider, parts);
  return `${thinker === undefined ? describeWhole(provider, parts) : describeService(thinker)}; ${back}`;
}

function titleOf({ id }: PartChoice): string {
  return findEntry('voice', id)?.title ?? id;
}

/** By its title and where it is. */
function describeWhole(provider: string, parts: VoiceParts): string {
  const entry = findEntry('voice', provider);
  const origin = entry?.keyOrigin(parts.voice?.id === provider ? parts.voice.options : {}) ?? null;
  return `${entry?.title ?? provider}${origin === null ? '' : ` (${new URL(origin).host})`}`;
}

function hasService({ options }: PartChoice): boolean {
  return Object.keys(options).length > 0;
}

function describeService({ id, options: { model, url } }: PartChoice): string {
  if (typeof url === 'string') return `${String(model)} at ${new URL(url).host}`;
  return typeof model === 'string' ? `${model} (${id})` : (findEntry('thinker', id)?.title ?? id);
}

const STARTING = { mouth: 'starting', ears: 'starting', brain: 'starting', hears: false };

/** What speaks, hears and thinks at this moment: `starting` until what this machine has is known, also where that takes long. */
export function followVoice(
  current: () => ServerVoice,
  known: Promise<Parameters<typeof reportVoice>[1]>,
): () => VoiceReport {
  let local: Parameters<typeof reportVoice>[1] | null = null;
  void known.then((now) => {
    local = now;
  });
  return () =>
    local === null
      ? { ...reportVoice(current(), { mouth: '', ears: '', brain: '', model: null }), ...STARTING }
      : reportVoice(current(), local);
}
