import { PlayIcon } from '../../components/icons.tsx';
import { useFormats, useTexts } from '../../i18n/language.tsx';
import own from './transcript-page.module.css';

type LineTimeProps = {
  /** ISO 8601 */
  readonly at: string;
  readonly offsetMs: number;
  /** A click on its line plays the film from here. */
  readonly isPlayed: boolean;
};

/** When something was said or done, counted from the beginning of the talk. */
export function LineTime({ at, offsetMs, isPlayed }: LineTimeProps) {
  const texts = useTexts();
  const clock = useFormats().clock(offsetMs);
  if (!isPlayed) return <time dateTime={at}>{clock}</time>;
  return (
    <button type="button" className={own.time} aria-label={texts.conversations.playFrom(clock)}>
      <PlayIcon size={12} />
      <time dateTime={at}>{clock}</time>
    </button>
  );
}

/** Who marks words to copy them wants to stay where he is. */
export function seekUnlessMarking(seek: (talkMs: number) => void, offsetMs: number): void {
  if (globalThis.getSelection()?.isCollapsed !== false) seek(offsetMs);
}
