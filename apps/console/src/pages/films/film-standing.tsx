import { Progress } from '@mantine/core';
import type { Generation } from '@visavis/protocol/rest';
import { stepOf, useFilmsTexts } from '../../i18n/films-texts.ts';
import { useFormats } from '../../i18n/language.tsx';
import own from './films.module.css';

type FilmStandingProps = {
  readonly film: Pick<Generation, 'state' | 'progress' | 'step' | 'queuePosition' | 'secondsLeft'>;
  readonly title: string;
};

/** How far a film is that waits or is made: its place in the queue, or what is being done and for how long. */
export function FilmStanding({ film, title }: FilmStandingProps) {
  const texts = useFilmsTexts();
  const { clock } = useFormats();
  const { state, progress, step, queuePosition, secondsLeft } = film;
  const percent = Math.floor(progress * 100);
  return (
    <div className={own.standing}>
      <Progress value={percent} animated={state === 'waiting'} aria-label={`${texts.progress}. ${title}`} />
      {state === 'waiting' ? (
        <p title={texts.queueHint}>{queuePosition > 1 ? texts.queue(queuePosition) : texts.next}</p>
      ) : (
        <p className={own.steps}>
          <span>{texts.percent(percent, stepOf(step || 'starting', texts))}</span>
          {secondsLeft !== null && <span>{texts.left(clock(secondsLeft * 1000))}</span>}
        </p>
      )}
    </div>
  );
}
