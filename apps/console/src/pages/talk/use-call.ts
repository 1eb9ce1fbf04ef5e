import type { CallOptions, CallSnapshot, VisavisCall } from '@visavis/sdk';
import { inWords, type ProblemWords } from '@visavis/sdk/problem-words';
import { useCallback, useEffect, useMemo, useRef, useState, useSyncExternalStore } from 'react';
import { useTalkTexts } from '../../i18n/talk-texts.ts';
import { useCallPreferences } from './call-preferences.ts';
import { LatestStart } from './latest-start.ts';

export type CallHandle = {
  /** Null before the first call and after `leave`. */
  readonly call: VisavisCall | null;
  /** Its problems are told in the language of the page. */
  readonly snapshot: CallSnapshot | null;
  /** Call from a click. An earlier call is ended. */
  start(options: CallOptions, prepare?: (call: VisavisCall) => void): void;
  leave(): void;
  /** A call was asked for, and begins as soon as what carries it is loaded. */
  readonly isOpening: boolean;
};

type Sdk = Pick<typeof import('@visavis/sdk'), 'VisavisCall'>;

let sdk: Sdk | null = null;

/** What carries calls, in a file of its own: nobody waits for it before there is something to see. */
async function loadSdk(): Promise<Sdk> {
  sdk ??= await import('@visavis/sdk');
  return sdk;
}

/** One call at a time, as React state, with the devices that are chosen in this browser. */
export function useCall(): CallHandle {
  const { problems } = useTalkTexts();
  const [call, setCall] = useState<VisavisCall | null>(null);
  const current = useRef<VisavisCall | null>(null);

  const replace = useCallback((next: VisavisCall | null) => {
    current.current?.hangUp();
    current.current = next;
    setCall(next);
  }, []);

  const [opening, setOpening] = useState<'no' | 'yes' | { readonly failure: unknown }>('no');
  const [starter] = useState(() => new LatestStart<Sdk>());
  const giveUp = useCallback(() => {
    starter.cancel();
    setOpening('no');
  }, [starter]);

  useEffect(() => {
    const hangUp = () => {
      giveUp();
      current.current?.hangUp();
    };
    globalThis.addEventListener('pagehide', hangUp);
    return () => {
      globalThis.removeEventListener('pagehide', hangUp);
      hangUp();
    };
  }, [giveUp]);

  const [{ microphoneId, speakerId }] = useCallPreferences();
  useEffect(() => {
    // Whoever presses the button before it is there waits for it, and is told when it does not come.
    loadSdk().catch(() => undefined);
  }, []);
  const start = useCallback(
    (options: CallOptions, prepare?: (call: VisavisCall) => void) => {
      const begin = (loaded: Sdk): void => {
        setOpening('no');
        const next = new loaded.VisavisCall({ pictureSizePx: shownPx(), ...options });
        void next.setMicrophone(microphoneId);
        void next.setSpeaker(speakerId);
        prepare?.(next);
        replace(next);
        next.connect();
      };
      // At once where that is possible: browsers let sound begin from a press alone.
      const onFailure = (failure: unknown) => setOpening({ failure });
      if (!starter.start({ loaded: sdk, load: loadSdk, begin, onFailure })) setOpening('yes');
    },
    [starter, replace, microphoneId, speakerId],
  );
  if (typeof opening === 'object') throw opening.failure;
  useEffect(() => {
    void call?.setMicrophone(microphoneId);
  }, [call, microphoneId]);
  useEffect(() => {
    void call?.setSpeaker(speakerId);
  }, [call, speakerId]);
  const leave = useCallback(() => {
    giveUp();
    replace(null);
  }, [giveUp, replace]);

  const currentSnapshot = useSyncExternalStore(
    useCallback((onChange: () => void) => call?.on('change', onChange) ?? (() => undefined), [call]),
    () => call?.snapshot ?? null,
  );
  const snapshot = useMemo(() => currentSnapshot && inWordsOf(currentSnapshot, problems), [currentSnapshot, problems]);
  return { call, snapshot, start, leave, isOpening: opening === 'yes' };
}

/** As large as a face gets in this window: its box is about square, and covered. */
function shownPx(): number {
  const { innerWidth, innerHeight, devicePixelRatio } = globalThis;
  return Math.min(innerWidth, innerHeight) * devicePixelRatio;
}

function inWordsOf(snapshot: CallSnapshot, words: ProblemWords | null): CallSnapshot {
  const { problem, notice } = snapshot;
  return { ...snapshot, problem: problem && inWords(problem, words), notice: notice && inWords(notice, words) };
}
