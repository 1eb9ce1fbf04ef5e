import { Button, NumberInput } from '@mantine/core';
import { type FilmSegment, LIMITS, segmentsFault } from '@visavis/protocol';
import classes from '../../components/console.module.css';
import { useItemKeys } from '../../components/item-keys.ts';
import { useFilmsTexts } from '../../i18n/films-texts.ts';
import { useTexts } from '../../i18n/language.tsx';
import own from './new-film.module.css';

type SegmentsFieldProps = {
  readonly segments: readonly FilmSegment[];
  readonly isAsked: boolean;
  readonly onChange: (segments: readonly FilmSegment[]) => void;
};

const lastS = LIMITS.ranges.filmMs[1] / 1000;
/** Of a stretch that is added. */
const usualMs = 2000;

/** The stretches of a clip that speak, in seconds. */
export function SegmentsField({ segments, isAsked, onChange }: SegmentsFieldProps) {
  const { form } = useFilmsTexts();
  const { common } = useTexts();
  const keys = useItemKeys(segments);
  const fault = isAsked && segmentsFault(segments, '') !== null ? form.segmentsFault : null;
  const replace = (index: number, part: Partial<FilmSegment>) =>
    onChange(segments.map((segment, at) => (at === index ? { ...segment, ...part } : segment)));
  return (
    <fieldset className={own.segments}>
      <legend>{form.segments}</legend>
      <p className={classes.muted}>{form.segmentsHint}</p>
      {segments.map(({ startMs, endMs }, index) => (
        <div key={keys[index]} className={own.segment}>
          <Seconds
            label={form.from}
            ms={startMs}
            isWrong={fault !== null}
            onChange={(ms) => replace(index, { startMs: ms })}
          />
          <Seconds
            label={form.to}
            ms={endMs}
            isWrong={fault !== null}
            onChange={(ms) => replace(index, { endMs: ms })}
          />
          <Button
            variant="subtle"
            color="red"
            aria-label={common.labelled(form.removeSegment, String(index + 1))}
            onClick={() => onChange(segments.filter((_segment, at) => at !== index))}
          >
            {form.removeSegment}
          </Button>
        </div>
      ))}
      {fault !== null && (
        <p className={own.fault} role="alert">
          {fault}
        </p>
      )}
      <Button
        className={own.addSegment ?? ''}
        variant="default"
        size="xs"
        disabled={segments.length >= LIMITS.counts.filmSegments}
        onClick={() => onChange([...segments, nextAfter(segments)])}
      >
        {form.addSegment}
      </Button>
    </fieldset>
  );
}

type SecondsProps = {
  readonly label: string;
  readonly ms: number;
  readonly isWrong: boolean;
  readonly onChange: (ms: number) => void;
};

function Seconds({ label, ms, isWrong, onChange }: SecondsProps) {
  const { form } = useFilmsTexts();
  return (
    <NumberInput
      label={label}
      suffix={form.secondsSuffix}
      min={0}
      max={lastS}
      step={0.5}
      decimalScale={2}
      error={isWrong}
      value={ms / 1000}
      onChange={(seconds) => onChange(Math.round(Number(seconds) * 1000))}
    />
  );
}

/** Where the last one ends, a second later. */
export function nextAfter(segments: readonly FilmSegment[]): FilmSegment {
  const startMs = segments.length === 0 ? 0 : Math.max(...segments.map(({ endMs }) => endMs)) + 1000;
  return { startMs, endMs: startMs + usualMs };
}
