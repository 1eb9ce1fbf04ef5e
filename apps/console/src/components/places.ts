import type { Message } from '@visavis/protocol/rest';
import { useAbilitiesTexts } from '../i18n/abilities-texts.ts';
import { useFormats } from '../i18n/language.tsx';

type Place = Message['sources'][number];

/** Places in documents of an avatar, in words. */
export function usePlaces() {
  const texts = useAbilitiesTexts().sources;
  const { number } = useFormats();
  const of = ({ source, page, part }: Place): string =>
    page === null ? texts.part(source, number(part)) : texts.page(source, number(page));
  return { of, all: (places: readonly Place[]): string => texts.all([...new Set(places.map(of))].join('; ')) };
}
