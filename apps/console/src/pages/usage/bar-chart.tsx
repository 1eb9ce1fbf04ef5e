import { type KeyboardEvent, useRef, useState } from 'react';
import { useFormats, useTexts } from '../../i18n/language.tsx';
import classes from './bar-chart.module.css';
import type { Bar } from './usage-sums.ts';

/** Bars by day or week. Pointing at one, or going through them with the arrow keys, tells its numbers. */
export function BarChart({ label, bars }: { readonly label: string; readonly bars: readonly Bar[] }) {
  const { usage: texts } = useTexts();
  const formats = useFormats();
  const list = useRef<HTMLUListElement>(null);
  const [pointed, setPointed] = useState<number | null>(null);
  const most = Math.max(...bars.map(({ minutes }) => minutes), 0.1);
  const lastIndex = bars.length - 1;
  const current = pointed === null ? undefined : bars[pointed];
  const told = ({ from, to, minutes, calls }: Bar) =>
    texts.bar(from === to ? from : `${from} – ${to}`, formats.number(minutes, 1), formats.number(calls));

  const move = (event: KeyboardEvent) => {
    const next = nextIndex(event.key, pointed ?? lastIndex, lastIndex);
    if (next === null) return;
    event.preventDefault();
    list.current?.querySelectorAll('button')[next]?.focus();
  };

  return (
    <figure className={classes.chart}>
      <figcaption className={classes.told}>{current === undefined ? texts.chartHint : told(current)}</figcaption>
      <div className={classes.plot}>
        <span className={classes.most}>{formats.number(most, 1)}</span>
        <ul ref={list} aria-label={label} onKeyDown={move} onMouseLeave={() => setPointed(null)}>
          {bars.map((bar, index) => (
            <li key={bar.from}>
              <button
                type="button"
                aria-label={told(bar)}
                tabIndex={index === (pointed ?? lastIndex) ? 0 : -1}
                onFocus={() => setPointed(index)}
                onMouseEnter={() => setPointed(index)}
              >
                <span style={{ height: bar.minutes === 0 ? 0 : `max(2px, ${(bar.minutes / most) * 100}%)` }} />
              </button>
            </li>
          ))}
        </ul>
        <p className={classes.ends}>
          <span>{bars[0]?.from}</span>
          <span>{bars.at(-1)?.to}</span>
        </p>
      </div>
    </figure>
  );
}

function nextIndex(key: string, index: number, last: number): number | null {
  if (key === 'Home') return 0;
  if (key === 'End') return last;
  const step = { ArrowLeft: -1, ArrowRight: 1 }[key];
  return step === undefined ? null : Math.min(last, Math.max(0, index + step));
}
