import type { CallSnapshot, CallStatistics, ExchangeLatency, VisavisCall } from '@visavis/sdk';
import { useEffect, useState } from 'react';
import { ChevronIcon } from '../../components/icons.tsx';
import classes from './call-quality.module.css';

const readingEveryMs = 1000;

/** One line of numbers; opened, the steps of the last answer. */
export function CallQuality({ call, snapshot }: { readonly call: VisavisCall; readonly snapshot: CallSnapshot }) {
  const statistics = useStatistics(call, snapshot.state === 'connected');
  const { latency } = snapshot;
  return (
    <details className={classes.quality}>
      <summary className={classes.summary}>
        <span>{summaryText(latency, statistics)}</span>
        <ChevronIcon size={16} />
      </summary>
      <div className={classes.body}>
        <Waterfall latency={latency} />
        {statistics && <Numbers statistics={statistics} />}
      </div>
    </details>
  );
}

function useStatistics(call: VisavisCall, active: boolean): CallStatistics | null {
  const [statistics, setStatistics] = useState<CallStatistics | null>(null);
  useEffect(() => {
    if (!active) return;
    let stopped = false;
    const read = () => {
      call.getStats().then(
        (reading) => !stopped && setStatistics(reading),
        () => undefined,
      );
    };
    const timer = setInterval(read, readingEveryMs);
    return () => {
      stopped = true;
      clearInterval(timer);
    };
  }, [call, active]);
  return active ? statistics : null;
}

function summaryText(latency: ExchangeLatency | null, statistics: CallStatistics | null): string {
  const answerMs = latency?.heardMs ?? latency?.firstSoundMs ?? null;
  const parts = [
    answerMs === null ? null : `Answer in ${(answerMs / 1000).toFixed(2)} s`,
    statistics?.roundTripTimeMs == null ? null : `${Math.round(statistics.roundTripTimeMs)} ms round trip`,
    statistics?.framesPerSecond == null ? null : `${Math.round(statistics.framesPerSecond)} fps`,
  ].filter((part) => part !== null);
  return parts.length > 0 ? parts.join(' · ') : 'Call quality';
}

const steps = [
  ['transcriptMs', 'Your words understood'],
  ['firstTextMs', 'First word of the answer'],
  ['firstAudioMs', 'First sound made'],
  ['firstSoundMs', 'First sound sent'],
  ['heardMs', 'Heard here'],
] as const;

/** Milliseconds from the end of the user's turn to each step. */
function Waterfall({ latency }: { readonly latency: ExchangeLatency | null }) {
  if (latency === null) return <p className={classes.note}>After the first answer, its steps appear here.</p>;
  const longestMs = Math.max(1, ...steps.map(([key]) => latency[key] ?? 0));
  return (
    <ol className={classes.waterfall} aria-label="Steps of the last answer">
      {steps.map(([key, label]) => {
        const valueMs = latency[key];
        return (
          <li key={key}>
            <span>{label}</span>
            <meter className={classes.bar} min={0} max={longestMs} value={valueMs ?? 0} aria-hidden="true" />
            <span className={classes.value}>{valueMs === null ? '–' : `${Math.round(valueMs)} ms`}</span>
          </li>
        );
      })}
    </ol>
  );
}

function Numbers({ statistics }: { readonly statistics: CallStatistics }) {
  const entries: readonly (readonly [string, string | null])[] = [
    ['Picture', statistics.widthPx && `${statistics.widthPx} × ${statistics.heightPx} ${statistics.videoCodec ?? ''}`],
    ['Received', statistics.receivedKbps === null ? null : `${Math.round(statistics.receivedKbps)} kbit/s`],
    ['Buffered', millis(statistics.videoJitterBufferMs)],
    ['Pictures dropped', String(statistics.framesDropped)],
    ['Packets lost', String(statistics.packetsLost)],
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

function millis(value: number | null): string | null {
  return value === null ? null : `${Math.round(value)} ms`;
}
