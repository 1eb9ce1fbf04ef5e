import type { ExchangeLatency } from '@visavis/sdk';
import classes from '../../components/console.module.css';
import { useTexts } from '../../i18n/language.tsx';
import type { LoggedTurn } from './call-log.ts';
import own from './playground-page.module.css';

const steps = ['transcriptMs', 'firstTextMs', 'firstAudioMs', 'firstSoundMs', 'heardMs'] as const;

/** For each answer: when each step came after the end of the person's turn. All answers have one scale. */
export function TurnWaterfall({ turns }: { readonly turns: readonly LoggedTurn[] }) {
  const texts = useTexts().playground;
  const longestMs = Math.max(1, ...turns.flatMap(({ latency }) => steps.map((step) => latency[step] ?? 0)));
  return (
    <section className={classes.card} aria-label={texts.turns}>
      <h2>{texts.turns}</h2>
      {turns.length === 0 ? (
        <p className={classes.muted}>{texts.noTurns}</p>
      ) : (
        // biome-ignore lint/a11y/noNoninteractiveTabindex: a scrolling region must be reachable by keyboard.
        <ol className={own.turns} tabIndex={0} aria-label={texts.turns}>
          {turns.toReversed().map(({ id, offsetMs, latency }) => (
            <li key={id} className={own.turn}>
              <h3>{texts.turnAt((offsetMs / 1000).toFixed(1))}</h3>
              <ol>
                {barsOf(latency).map(({ step, fromMs, valueMs }) => (
                  <li key={step}>
                    <span>{texts.steps[step]}</span>
                    <svg width="100%" height="10" aria-hidden="true">
                      <rect className={own.track} width="100%" height="10" rx="3" />
                      {valueMs !== null && (
                        <rect
                          className={own.bar}
                          data-step={step}
                          x={`${(100 * fromMs) / longestMs}%`}
                          width={`${Math.max(0.5, (100 * (valueMs - fromMs)) / longestMs)}%`}
                          height="10"
                          rx="3"
                        />
                      )}
                    </svg>
                    <span className={own.value}>{valueMs === null ? '–' : `${Math.round(valueMs)} ms`}</span>
                  </li>
                ))}
              </ol>
            </li>
          ))}
        </ol>
      )}
    </section>
  );
}

/** A step's bar begins where the step before it ended. */
function barsOf(latency: ExchangeLatency) {
  let reachedMs = 0;
  return steps.map((step) => {
    const valueMs = latency[step];
    const fromMs = valueMs === null ? reachedMs : Math.min(reachedMs, valueMs);
    reachedMs = Math.max(reachedMs, valueMs ?? 0);
    return { step, fromMs, valueMs };
  });
}
