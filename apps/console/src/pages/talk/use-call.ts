import { type CallOptions, type CallSnapshot, VisavisCall } from '@visavis/sdk';
import { useCallback, useEffect, useRef, useState, useSyncExternalStore } from 'react';

export type CallHandle = {
  /** Null before the first call and after `leave`. */
  readonly call: VisavisCall | null;
  readonly snapshot: CallSnapshot | null;
  /** Call from a click. An earlier call is ended. */
  start(options: CallOptions, prepare?: (call: VisavisCall) => void): void;
  leave(): void;
};

/** One call at a time, as React state. */
export function useCall(): CallHandle {
  const [call, setCall] = useState<VisavisCall | null>(null);
  const current = useRef<VisavisCall | null>(null);

  const replace = useCallback((next: VisavisCall | null) => {
    current.current?.hangUp();
    current.current = next;
    setCall(next);
  }, []);

  useEffect(() => {
    const hangUp = () => current.current?.hangUp();
    globalThis.addEventListener('pagehide', hangUp);
    return () => {
      globalThis.removeEventListener('pagehide', hangUp);
      hangUp();
    };
  }, []);

  const start = useCallback(
    (options: CallOptions, prepare?: (call: VisavisCall) => void) => {
      const next = new VisavisCall(options);
      prepare?.(next);
      replace(next);
      next.connect();
    },
    [replace],
  );
  const leave = useCallback(() => replace(null), [replace]);

  const snapshot = useSyncExternalStore(
    useCallback((onChange: () => void) => call?.on('change', onChange) ?? (() => undefined), [call]),
    () => call?.snapshot ?? null,
  );
  return { call, snapshot, start, leave };
}
