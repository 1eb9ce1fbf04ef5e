import { type CallStatistics, type NetworkQuality, networkQuality, type VisavisCall } from '@visavis/sdk';
import { useEffect, useState } from 'react';

const readingEveryMs = 1_000;
/** The network is judged by this many seconds: one late packet is no trouble. */
const judgedReadings = 5;

export type MeasuredCall = { readonly statistics: CallStatistics | null; readonly network: NetworkQuality | null };

const nothing: MeasuredCall = { statistics: null, network: null };

/** Reads the call's statistics every second, and judges its network by the last few of them. */
export function useMeasuredCall(call: VisavisCall, isConnected: boolean): MeasuredCall {
  const [measured, setMeasured] = useState(nothing);
  useEffect(() => {
    if (!isConnected) return;
    let stopped = false;
    let readings: readonly CallStatistics[] = [];
    const read = () => {
      call.getStats().then(
        (reading) => {
          if (stopped || reading === null) return;
          readings = [...readings, reading].slice(-judgedReadings - 1);
          const [first = reading] = readings;
          setMeasured({ statistics: reading, network: networkQuality(first, reading) });
        },
        () => undefined,
      );
    };
    const timer = setInterval(read, readingEveryMs);
    return () => {
      stopped = true;
      clearInterval(timer);
      setMeasured(nothing);
    };
  }, [call, isConnected]);
  return measured;
}
