import classes from './day-chart.module.css';

type DayChartProps = {
  readonly label: string;
  readonly days: readonly { readonly day: string; readonly minutes: number }[];
  readonly formatMinutes: (minutes: number) => string;
};

const widthPx = 720;
const heightPx = 180;
const gutterPx = 44;
const footPx = 22;

/** One bar per day; the numbers are in the table below it, for everybody. */
export function DayChart({ label, days, formatMinutes }: DayChartProps) {
  const most = Math.max(...days.map(({ minutes }) => minutes), 0.1);
  const stepPx = (widthPx - gutterPx) / Math.max(days.length, 1);
  const plotPx = heightPx - footPx;
  return (
    <svg className={classes.chart} viewBox={`0 0 ${widthPx} ${heightPx}`} role="img" aria-label={label}>
      <text x={gutterPx - 8} y={12} textAnchor="end">
        {formatMinutes(most)}
      </text>
      <text x={gutterPx - 8} y={plotPx} textAnchor="end">
        0
      </text>
      <line x1={gutterPx} x2={widthPx} y1={plotPx + 0.5} y2={plotPx + 0.5} />
      {days.map(({ day, minutes }, index) => {
        const barPx = (minutes / most) * (plotPx - 8);
        return (
          <rect
            key={day}
            x={gutterPx + index * stepPx + 2}
            y={plotPx - barPx}
            width={Math.max(stepPx - 4, 1)}
            height={barPx}
            rx={2}
          >
            <title>{`${day}: ${formatMinutes(minutes)}`}</title>
          </rect>
        );
      })}
      <text x={gutterPx} y={heightPx - 4}>
        {days[0]?.day}
      </text>
      <text x={widthPx} y={heightPx - 4} textAnchor="end">
        {days.at(-1)?.day}
      </text>
    </svg>
  );
}
