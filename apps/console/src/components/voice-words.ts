import type { VoiceDescription } from '@visavis/protocol/rest';
import { languageName } from './language-names.ts';

/** What voices are like, in words. */
export type VoiceTexts = {
  readonly genders: Readonly<Record<VoiceDescription['gender'], string>>;
  readonly manyLanguages: string;
};

/** `female · English (United States)` */
export function voiceFacts({ gender, language }: VoiceDescription, texts: VoiceTexts, shownIn: string): string {
  const spoken = language === null ? texts.manyLanguages : languageName(language, shownIn);
  return `${texts.genders[gender]} · ${spoken}`;
}

/** `Clara · female · English (United States)`; `voice` as it stands when nobody describes it. */
export function voiceLabel(
  described: VoiceDescription | null,
  voice: string,
  texts: VoiceTexts,
  shownIn: string,
): string {
  return described === null ? voice : `${described.name} · ${voiceFacts(described, texts, shownIn)}`;
}
