import type { CallSnapshot, VisavisCall } from '@visavis/sdk';
import { useEffect, useState } from 'react';

export type CallEvent = {
  readonly id: number;
  /** Milliseconds since the call was started. */
  readonly offsetMs: number;
  readonly kind: string;
  readonly detail: string;
};

/** Older events are let go. */
const maxEvents = 500;

/** What changed in the call, with times. The list of an ended call stays until the next one. */
export function useCallEvents(call: VisavisCall | null): readonly CallEvent[] {
  const [events, setEvents] = useState<readonly CallEvent[]>([]);
  useEffect(() => {
    if (call === null) return;
    const startedAtMs = performance.now();
    let count = 0;
    let last = call.snapshot;
    setEvents([]);
    const add = (kind: string, detail: string) => {
      const event = { id: count++, offsetMs: Math.round(performance.now() - startedAtMs), kind, detail };
      setEvents((all) => [...all.slice(1 - maxEvents), event]);
    };
    add('state', last.state);
    const stops = [
      call.on('change', (next) => {
        for (const [kind, detail] of differences(last, next)) add(kind, detail);
        last = next;
      }),
      call.on('tool-call', ({ name, arguments: values }) => add('tool-call', `${name} ${JSON.stringify(values)}`)),
      call.on('warning', (warning) => add('warning', warning)),
    ];
    return () => {
      for (const stop of stops) stop();
    };
  }, [call]);
  return events;
}

function differences(before: CallSnapshot, after: CallSnapshot): [kind: string, detail: string][] {
  const found: [string, string][] = [];
  if (after.state !== before.state) found.push(['state', after.state]);
  if (after.sessionId !== before.sessionId && after.sessionId !== null) found.push(['session', after.sessionId]);
  if (after.ready && !before.ready) found.push(['ready', after.info?.provider ?? '']);
  if (after.activity !== before.activity) found.push(['activity', after.activity]);
  if (after.latency !== before.latency && after.latency !== null) {
    const steps = Object.entries(after.latency).filter(([, milliseconds]) => milliseconds !== null);
    if (steps.length > 0) {
      found.push([
        'latency',
        steps.map(([step, milliseconds]) => `${step} ${Math.round(Number(milliseconds))}`).join(', '),
      ]);
    }
  }
  const finished = new Set(before.captions.filter(isFinished).map(({ id }) => id));
  for (const caption of after.captions) {
    if (isFinished(caption) && !finished.has(caption.id)) found.push([caption.speaker, caption.text]);
  }
  if (after.notice !== before.notice && after.notice !== null) found.push(['notice', after.notice.code]);
  if (after.problem !== before.problem && after.problem !== null) found.push(['problem', after.problem.code]);
  return found;
}

function isFinished({ status }: CallSnapshot['captions'][number]): boolean {
  return status === 'final' || status === 'interrupted';
}
