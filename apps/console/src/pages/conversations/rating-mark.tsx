import type { Rating } from '@visavis/protocol/rest';
import { ThumbIcon } from '../../components/icons.tsx';
import { useTexts } from '../../i18n/language.tsx';
import own from './rating-mark.module.css';

type RatingMarkProps = { readonly rating: Rating; readonly text: string };

/** A thumb, with its meaning for screen readers and the person's words for whoever points at it. */
export function RatingMark({ rating, text }: RatingMarkProps) {
  const { ratings } = useTexts().conversations;
  return (
    <span className={own.mark} data-rating={rating} title={text || ratings[rating]}>
      <ThumbIcon size={18} isDown={rating === 'down'} />
      <span className="visually-hidden">{ratings[rating]}</span>
    </span>
  );
}
