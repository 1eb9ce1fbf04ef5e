import { Button } from '@mantine/core';
import { useEffect, useRef, useState } from 'react';
import classes from '../../components/console.module.css';
import { MicrophoneIcon, StopIcon } from '../../components/icons.tsx';
import { useFilmsTexts } from '../../i18n/films-texts.ts';
import { useFormats } from '../../i18n/language.tsx';
import { meterShare } from '../talk/sound-level.ts';
import own from './new-film.module.css';
import { RecorderError, type RecorderFault, recordSound, type SoundRecording } from './sound-recorder.ts';
import type { FileSending } from './use-file-sending.ts';
import { useSentAddress } from './use-sent-address.ts';

const meterMs = 50;
/** Longer ones are files of their own. */
const limitMinutes = 10;

type Phase = 'idle' | 'asking' | 'recording';

/** Records the microphone, with a meter; what was said can be heard, and said again. */
export function RecorderField({ sending }: { readonly sending: FileSending }) {
  const texts = useFilmsTexts().recorder;
  const [phase, setPhase] = useState<Phase>('idle');
  const [fault, setFault] = useState<RecorderFault | 'empty' | null>(null);
  const recording = useRef<SoundRecording | null>(null);
  const isGone = useRef(false);
  useEffect(() => {
    isGone.current = false;
    return () => {
      isGone.current = true;
      recording.current?.cancel();
    };
  }, []);

  const start = () => {
    setPhase('asking');
    setFault(null);
    recordSound().then(
      (begun) => {
        // Who has left the page while the browser asked is not recorded.
        if (isGone.current) return begun.cancel();
        recording.current = begun;
        setPhase('recording');
      },
      (error: unknown) => {
        setPhase('idle');
        setFault(error instanceof RecorderError ? error.fault : 'unsupported');
      },
    );
  };

  const stop = async () => {
    const sound = await recording.current?.stop();
    recording.current = null;
    setPhase('idle');
    if (sound === undefined || sound.size === 0) setFault('empty');
    else sending.choose(fileOf(sound, texts.fileName));
  };

  return (
    <div className={classes.stack}>
      {phase === 'recording' && recording.current !== null ? (
        <Running recording={recording.current} onStop={() => void stop()} />
      ) : (
        <div className={own.recorder}>
          <Button
            leftSection={<MicrophoneIcon size={18} />}
            variant={sending.sent === null ? 'filled' : 'default'}
            loading={phase === 'asking'}
            onClick={start}
          >
            {sending.sent === null ? texts.start : texts.again}
          </Button>
          <p className={classes.muted}>{phase === 'asking' ? texts.asking : texts.hint}</p>
        </div>
      )}
      {fault !== null && (
        <p className={own.fault} role="alert">
          {texts[fault]}
        </p>
      )}
      {phase !== 'recording' && <Listen sending={sending} />}
    </div>
  );
}

/** The time of a recording that goes on, with its level. */
function Running({ recording, onStop }: { readonly recording: SoundRecording; readonly onStop: () => void }) {
  const texts = useFilmsTexts().recorder;
  const { clock } = useFormats();
  const [seconds, setSeconds] = useState(0);
  const bar = useRef<HTMLSpanElement>(null);
  useEffect(() => {
    const begun = performance.now();
    const timer = setInterval(() => {
      bar.current?.style.setProperty('--level', meterShare(recording.level()).toFixed(2));
      setSeconds(Math.floor((performance.now() - begun) / 1000));
    }, meterMs);
    return () => clearInterval(timer);
  }, [recording]);
  const isOver = seconds >= limitMinutes * 60;
  // biome-ignore lint/correctness/useExhaustiveDependencies: it ends once.
  useEffect(() => {
    if (isOver) onStop();
  }, [isOver]);
  return (
    <div className={own.recorder} data-running="true">
      <Button color="red" leftSection={<StopIcon size={18} />} onClick={onStop}>
        {texts.stop}
      </Button>
      <span className={own.recordingTime}>{texts.time(clock(seconds * 1000))}</span>
      <span className={own.track} role="img" aria-label={texts.level}>
        <span ref={bar} className={own.level} />
      </span>
      <p className={classes.muted}>{texts.limit(limitMinutes)}</p>
    </div>
  );
}

function Listen({ sending }: { readonly sending: FileSending }) {
  const texts = useFilmsTexts().recorder;
  const address = useSentAddress(sending);
  if (address === null) return null;
  // biome-ignore lint/a11y/useMediaCaption: it is what the person has just said.
  return <audio className={own.audio} src={address} controls aria-label={texts.listen} />;
}

function fileOf(sound: Blob, name: string): File {
  const ending = /^audio\/(\w+)/.exec(sound.type)?.[1] ?? 'webm';
  return new File([sound], `${name}.${ending}`, { type: sound.type, lastModified: Date.now() });
}
