import type { CallSnapshot, CallStatistics, ExchangeLatency, VisavisCall } from '@visavis/sdk';
import { ChevronIcon } from '../../components/icons.tsx';
import { useFormats } from '../../i18n/language-choice.tsx';
import { useTalkTexts } from '../../i18n/talk-texts.ts';
import classes from './call-quality.module.css';
import { type MeasuredCall, useMeasuredCall } from './use-measured-call.ts';

/** The network in a word, and one line of numbers; opened, the steps of the last answer. */
export function CallQuality({ call, snapshot }: { readonly call: VisavisCall; readonly snapshot: CallSnapshot }) {
  const measured = useMeasuredCall(call, snapshot.state === 'connected');
  const { latency } = snapshot;
  const { statistics } = measured;
  const summary = useSummary(latency, measured);
  return (
    <details className={classes.quality} data-network={measured.network ?? 'unknown'}>
      <summary className={classes.summary}>
        <span className={classes.dot} />
        <span className={classes.words}>{summary}</span>
        <ChevronIcon size={16} />
      </summary>
      <div className={classes.body}>
        <Waterfall latency={latency} />
        {statistics && <Numbers statistics={statistics} />}
      </div>
    </details>
  );
}

function useSummary(latency: ExchangeLatency | null, { statistics, network }: MeasuredCall): string {
  const texts = useTalkTexts().quality;
  const formats = useFormats();
  const answerMs = latency?.heardMs ?? latency?.firstSoundMs ?? null;
  const parts = [
    network === null ? null : texts.network[network],
    answerMs === null ? null : texts.answer(formats.fixed(answerMs / 1000, 2)),
    statistics?.roundTripTimeMs == null ? null : texts.roundTrip(formats.number(statistics.roundTripTimeMs)),
    statistics?.framesPerSecond == null ? null : texts.pictures(formats.number(statistics.framesPerSecond)),
  ].filter((part) => part !== null);
  return parts.length > 0 ? parts.join(' · ') : texts.title;
}

const steps = ['transcriptMs', 'firstTextMs', 'firstAudioMs', 'firstSoundMs', 'heardMs'] as const;

/** Milliseconds from the end of the user's turn to each step. */
function Waterfall({ latency }: { readonly latency: ExchangeLatency | null }) {
  const texts = useTalkTexts().quality;
  const milliseconds = useMilliseconds();
  if (latency === null) return <p className={classes.note}>{texts.none}</p>;
  const longestMs = Math.max(1, ...steps.map((key) => latency[key] ?? 0));
  return (
    <ol className={classes.waterfall} aria-label={texts.steps}>
      {steps.map((key) => {
        const valueMs = latency[key];
        return (
          <li key={key}>
            <span>{texts.stepNames[key]}</span>
            <meter className={classes.bar} min={0} max={longestMs} value={valueMs ?? 0} aria-hidden="true" />
            <span className={classes.value}>{milliseconds(valueMs) ?? '–'}</span>
          </li>
        );
      })}
    </ol>
  );
}

function Numbers({ statistics }: { readonly statistics: CallStatistics }) {
  const texts = useTalkTexts().quality;
  const formats = useFormats();
  const milliseconds = useMilliseconds();
  const entries: readonly (readonly [string, string | null])[] = [
    [
      texts.picture,
      statistics.widthPx && `${statistics.widthPx} × ${statistics.heightPx} ${statistics.videoCodec ?? ''}`,
    ],
    [texts.received, statistics.receivedKbps === null ? null : `${formats.number(statistics.receivedKbps)} kbit/s`],
    [texts.buffered, milliseconds(statistics.videoJitterBufferMs)],
    [texts.dropped, formats.number(statistics.framesDropped)],
    [texts.lost, formats.number(statistics.packetsLost)],
  ].map(([name, value]) => [String(name), value ? String(value) : null] as const);
  return (
    <dl className={classes.numbers}>
      {entries.map(
        ([name, value]) =>
          value !== null && (
            <div key={name}>
              <dt>{name}</dt>
              <dd>{value}</dd>
            </div>
          ),
      )}
    </dl>
  );
}

function useMilliseconds(): (value: number | null) => string | null {
  const formats = useFormats();
  return (value) => (value === null ? null : `${formats.number(value)} ms`);
}
