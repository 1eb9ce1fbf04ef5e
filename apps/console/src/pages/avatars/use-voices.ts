import { useQuery } from '@tanstack/react-query';
import type { ProviderVoices, VoiceDescription } from '@visavis/protocol/rest';
import { voicesQuery } from '../../api/queries.ts';
import { voiceFacts, voiceLabel } from '../../components/voice-words.ts';
import { useLanguage } from '../../i18n/language-choice.tsx';
import { useTalkTexts } from '../../i18n/talk-texts.ts';

/** The voices of a provider; null: that of new avatars. Undefined while unknown, and for one that describes none. */
export function useVoicesOf(provider: string | null): ProviderVoices | undefined {
  const { data } = useQuery(voicesQuery);
  return provider === null ? data?.[0] : data?.find((known) => known.provider === provider);
}

/** What voices are called and like, in the chosen language. */
export function useVoiceWords() {
  const texts = useTalkTexts().voices;
  const { language } = useLanguage();
  return {
    factsOf: (described: VoiceDescription) => voiceFacts(described, texts, language),
    /** `Clara · female`, for where the language stands beside it. */
    shortLabelOf: (described: VoiceDescription | null, voice: string) =>
      described === null ? voice : `${described.name} · ${texts.genders[described.gender]}`,
    labelOf: (described: VoiceDescription | null, voice: string) => voiceLabel(described, voice, texts, language),
  };
}
