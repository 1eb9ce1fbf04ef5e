import { useDebouncedValue } from '@mantine/hooks';
import { useQuery } from '@tanstack/react-query';
import type { CreateGeneration } from '@visavis/protocol/rest';
import { filmEstimateQuery } from '../../api/film-queries.ts';
import { useFilmsTexts } from '../../i18n/films-texts.ts';
import { useFormats } from '../../i18n/language.tsx';
import { useServerTexts } from '../../i18n/server-texts.ts';
import own from './new-film.module.css';

/** Nobody is asked at every letter. */
const settledMs = 800;

type FilmEstimateProps = {
  readonly projectId: string;
  /** Null: something is missing, or a file is on its way. */
  readonly order: CreateGeneration | null;
};

/** How long the film will be and what it will cost, before anything is spent. */
export function FilmEstimate({ projectId, order }: FilmEstimateProps) {
  const { form: texts, points: pointsOf } = useFilmsTexts();
  const { number, clock } = useFormats();
  const server = useServerTexts();
  const text = order === null ? '' : JSON.stringify(order);
  const [settled] = useDebouncedValue(text, settledMs);
  const { data, error, isFetching } = useQuery(filmEstimateQuery(projectId, settled));
  if (text === '') return <p className={own.estimate} role="status" />;
  if (error !== null && text === settled) {
    return (
      <p className={own.estimate} role="status">
        {server.ofError(error).join(' ')}
      </p>
    );
  }
  if (data === undefined || isFetching || text !== settled) {
    return (
      <p className={own.estimate} role="status">
        {texts.estimating}
      </p>
    );
  }
  const { seconds, points, isExact, pointsLeft } = data;
  const length = clock(Math.max(1, seconds) * 1000);
  const price = pointsOf(number(points, 1));
  return (
    <p className={own.estimate} data-short={pointsLeft !== null && pointsLeft < points} role="status">
      <strong>{(isExact ? texts.exactly : texts.about)(length)}</strong>
      {pointsLeft !== null && <span>{texts.price(price, number(pointsLeft, 1))}</span>}
    </p>
  );
}
