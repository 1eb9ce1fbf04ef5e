import type { Config } from '../config.ts';
import type { VoiceReport } from '../http/talk-page.ts';
import type { Admission } from '../ports.ts';

const OPENAI_MODEL = 'gpt-realtime-2.1';
const OPENAI_HOST = 'api.openai.com';

/** What is told of the voice's settings needs no key. */
type VoiceSettings = Omit<Config['voice'], 'openAiKey' | ServiceName> & Readonly<Record<ServiceName, Service | null>>;
type ServiceName = 'languageModel' | 'transcription' | 'speech';
type Service = { readonly url: string; readonly model: string };

/** Who speaks for an avatar of this server: `provider` is what it is set to. */
export function providerFor(
  avatar: { readonly isSystem: boolean; readonly provider: string },
  provider: Config['voice']['provider'],
): string {
  return avatar.isSystem && avatar.provider === 'local' ? provider : avatar.provider;
}

/**
 * System avatars are stored with the local voice, and speak with the one that this server is set to. Avatars of projects
 * keep theirs.
 */
export function withVoiceProvider(
  admission: Admission,
  voice: Pick<VoiceSettings, 'provider' | 'languageModel'>,
): Admission {
  const { provider, languageModel } = voice;
  const usualModel = provider === 'cascade' ? (languageModel?.model ?? '') : OPENAI_MODEL;
  return {
    ...admission,
    async findAvatar(projectId, query) {
      const found = await admission.findAvatar(projectId, query);
      if (found.kind === 'missing') return found;
      const { avatar } = found;
      if (providerFor({ ...avatar, isSystem: avatar.isSystem === true }, provider) === avatar.provider) return found;
      const model = avatar.model === 'local' ? usualModel : avatar.model;
      return { ...found, avatar: { ...avatar, provider, model } };
    },
  };
}

/** What speaks, hears and thinks for the built-in avatars, given what the local voice has on this machine. */
export function reportVoice(
  voice: VoiceSettings,
  local: { readonly mouth: string; readonly ears: string; readonly brain: string },
): VoiceReport {
  const { provider } = voice;
  const hears = !local.ears.startsWith('none');
  if (provider === 'local') return { ...local, hears, provider };
  if (provider === 'cascade') {
    const { transcription, speech, languageModel } = voice;
    return {
      mouth: speech === null ? local.mouth : describeService(speech),
      ears: transcription === null ? local.ears : describeService(transcription),
      brain: describeService(languageModel),
      hears: hears || transcription !== null,
      provider,
    };
  }
  const name = `OpenAI Realtime (${hostOf(voice)})`;
  const brain = `${name}, ${OPENAI_MODEL} unless the call names a model`;
  return { mouth: name, ears: name, brain, hears: true, provider };
}

/** Whether pictures of the user's camera are understood by what answers for avatars of this provider. */
export function seesWith(
  provider: string,
  { languageModel }: { readonly languageModel: { readonly sees: boolean } | null },
): boolean {
  return provider === 'cascade' ? languageModel?.sees === true : provider === 'openai-realtime';
}

/** One line on which voice is active and how to have the other. */
export function describeProvider(voice: VoiceSettings): string {
  if (voice.provider === 'openai-realtime') {
    return `OpenAI Realtime at ${hostOf(voice)}; VOICE_PROVIDER=local for the built-in voice`;
  }
  if (voice.provider === 'cascade') {
    return `${describeService(voice.languageModel)}; VOICE_PROVIDER=local for the built-in voice`;
  }
  return voice.hasOpenAiKey
    ? 'built-in, by VOICE_PROVIDER=local; OpenAI for avatars that name it'
    : 'built-in; for a real conversation: OPENAI_API_KEY=… npx visavis, or any language model: LLM_URL=… LLM_MODEL=…';
}

function describeService(service: Service | null): string {
  return service === null ? 'no language model' : `${service.model} at ${new URL(service.url).host}`;
}

function hostOf({ openAiUrl }: VoiceSettings): string {
  return openAiUrl === undefined ? OPENAI_HOST : new URL(openAiUrl).host;
}

const STARTING = { mouth: 'starting', ears: 'starting', brain: 'starting', hears: false };

/** What speaks, hears and thinks at this moment: `starting` until it is known, also where that takes long. */
export function followVoice(
  { provider }: Pick<VoiceSettings, 'provider'>,
  known: Promise<VoiceReport>,
): () => VoiceReport {
  let report: VoiceReport = { ...STARTING, provider };
  void known.then((now) => {
    report = now;
  });
  return () => report;
}
