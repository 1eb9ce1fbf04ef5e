import { useTexts } from '../i18n/language.tsx';
import classes from './copy-chip.module.css';
import { CheckIcon, CopyIcon } from './icons.tsx';
import { useCopied } from './use-copied.ts';

const shownCharacters = 8;

/** An id as a small button that copies it whole. `what`: what it is the id of. */
export function CopyChip({ text, what }: { readonly text: string; readonly what: string }) {
  const texts = useTexts();
  const [isCopied, copy] = useCopied();
  const done = isCopied ? texts.common.copied : texts.common.copy;
  const shown = text.length > shownCharacters ? `${text.slice(0, shownCharacters)}…` : text;
  return (
    <button
      type="button"
      className={classes.chip}
      title={text}
      aria-label={texts.common.labelled(done, `${what} ${shown}`)}
      onClick={() => copy(text)}
    >
      <code>{shown}</code>
      {isCopied ? <CheckIcon size={14} /> : <CopyIcon size={14} />}
      <span className="visually-hidden" aria-live="polite">
        {isCopied ? texts.common.copied : ''}
      </span>
    </button>
  );
}
