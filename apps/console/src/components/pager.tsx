import { Button } from '@mantine/core';
import { useTexts } from '../i18n/language.tsx';
import classes from './pager.module.css';

type PagerProps = {
  /** Of what these are the pages. */
  readonly label: string;
  /** Which part is shown. */
  readonly shown: string;
  /** Null: this is the first one. */
  readonly onPrevious: (() => void) | null;
  /** Null: this is the last one, or not yet known. */
  readonly onNext: (() => void) | null;
  /** Another page is on its way. */
  readonly isBusy?: boolean;
};

/** The way through the pages of a list. */
export function Pager({ label, shown, onPrevious, onNext, isBusy = false }: PagerProps) {
  const { pager: texts } = useTexts();
  return (
    <nav className={classes.pager} aria-label={label}>
      <Button variant="default" size="xs" disabled={onPrevious === null} onClick={onPrevious ?? undefined}>
        {texts.previous}
      </Button>
      <span role="status">{shown}</span>
      <Button variant="default" size="xs" loading={isBusy} disabled={onNext === null} onClick={onNext ?? undefined}>
        {texts.next}
      </Button>
    </nav>
  );
}
