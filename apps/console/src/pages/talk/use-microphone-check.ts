import { type CallProblem, MicrophoneCheck, type MicrophoneStatus, type VisavisCall } from '@visavis/sdk';
import { useEffect, useState, useSyncExternalStore } from 'react';
import { useCallPreferences } from './call-preferences.ts';

type Heard = {
  readonly microphone: MicrophoneStatus;
  readonly problem: CallProblem | null;
  /** What tells the level. */
  readonly source: { on(name: 'level', listener: (level: number) => void): () => void };
  /** Call from a click. */
  start(): void;
};

/** The microphone as a person tries it out: that of the call, or one of its own before there is a call. */
export function useMicrophoneCheck(call: VisavisCall | null): Heard {
  const [{ microphoneId }] = useCallPreferences();
  const [check] = useState(() => new MicrophoneCheck());
  const state = useSyncExternalStore(
    (onChange) => check.on('change', onChange),
    () => check.state,
  );
  const snapshot = useSyncExternalStore(
    (onChange) => call?.on('change', onChange) ?? (() => undefined),
    () => call?.snapshot ?? null,
  );
  useEffect(() => () => check.stop(), [check]);
  useEffect(() => {
    void check.setMicrophone(microphoneId);
  }, [check, microphoneId]);
  if (call === null || snapshot === null) return { ...state, source: check, start: () => void check.start() };
  const notice = snapshot.notice?.code.startsWith('microphone') ? snapshot.notice : null;
  return {
    microphone: snapshot.microphone,
    problem: notice,
    source: call,
    start: () => void call.startMicrophone(),
  };
}
