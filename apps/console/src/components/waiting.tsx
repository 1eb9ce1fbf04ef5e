import { useTexts } from '../i18n/language.tsx';
import classes from './waiting.module.css';

/** In the place of what is on its way: the cards that will stand there, without their words. */
export function Waiting({ cards = 3 }: { readonly cards?: number }) {
  const texts = useTexts();
  return (
    <div className={classes.waiting} role="status" aria-label={texts.common.loading}>
      {Array.from({ length: cards }, (_, index) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: they are all the same.
        <span key={index} className={classes.card} />
      ))}
    </div>
  );
}
