import { useFilmsTexts } from '../../i18n/films-texts.ts';
import { useFormats } from '../../i18n/language.tsx';

const MB = 1_000_000;
const GB = 1_000_000_000;

/** Lengths of files in words, as makers of disks count them. */
export function useSizes() {
  const { form } = useFilmsTexts();
  const { number } = useFormats();
  return {
    size: (bytes: number) =>
      bytes >= GB ? form.gigabytes(number(bytes / GB, 1)) : form.megabytes(number(bytes / MB, bytes < 10 * MB ? 1 : 0)),
  };
}

/** Never all of it before it is all. */
export function percentOf(part: number, whole: number): number {
  return whole <= 0 ? 0 : Math.floor((100 * Math.min(part, whole)) / whole);
}
