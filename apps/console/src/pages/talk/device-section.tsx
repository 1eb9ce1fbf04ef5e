import { Button } from '@mantine/core';
import { canChooseSpeaker, playTestSound, type VisavisCall } from '@visavis/sdk';
import { useEffect, useRef, useState } from 'react';
import { MicrophoneIcon, SpeakerIcon } from '../../components/icons.tsx';
import { useTalkTexts } from '../../i18n/talk-texts.ts';
import { useCallPreferences } from './call-preferences.ts';
import { CameraChoice } from './camera-choice.tsx';
import { DeviceProblem, DeviceSelect } from './device-parts.tsx';
import classes from './device-section.module.css';
import { afterLevel, meterShare, nothingHeard } from './sound-level.ts';
import { useCamera } from './use-camera.ts';
import { useDevices } from './use-devices.ts';
import { useMicrophoneCheck } from './use-microphone-check.ts';

type DeviceSectionProps = {
  readonly call: VisavisCall | null;
  /** The avatar can be shown pictures. */
  readonly sees: boolean;
};

/** Which microphone, speaker and camera serve, and whether they do: before a call, and in it. */
export function DeviceSection({ call, sees }: DeviceSectionProps) {
  const texts = useTalkTexts().devices;
  const [{ microphoneId, speakerId }, change] = useCallPreferences();
  const { microphone, problem, source, start } = useMicrophoneCheck(call);
  const isOn = microphone.state === 'on';
  const hasPicture = useCamera().state.stream !== null;
  const { microphones, speakers, cameras } = useDevices(`${isOn} ${hasPicture}`);
  return (
    <section className={classes.devices} aria-labelledby="devices">
      <h3 id="devices">{sees ? texts.titleWithCamera : texts.title}</h3>
      <DeviceSelect
        label={texts.microphone}
        devices={microphones}
        value={microphoneId}
        onChange={(id) => change({ microphoneId: id })}
      />
      {isOn ? (
        <LevelMeter source={source} isMuted={microphone.muted} />
      ) : (
        <Button
          variant="default"
          leftSection={<MicrophoneIcon size={18} />}
          loading={microphone.state === 'opening'}
          onClick={start}
        >
          {texts.tryMicrophone}
        </Button>
      )}
      <DeviceProblem problem={problem} />
      {canChooseSpeaker() && (
        <DeviceSelect
          label={texts.speaker}
          devices={speakers}
          value={speakerId}
          onChange={(id) => change({ speakerId: id })}
        />
      )}
      <TestSound speakerId={speakerId} />
      {sees && <CameraChoice cameras={cameras} isInCall={call !== null} />}
    </section>
  );
}

type LevelMeterProps = {
  readonly source: ReturnType<typeof useMicrophoneCheck>['source'];
  readonly isMuted: boolean;
};

/** A bar that follows the voice, and the word that it is heard. */
function LevelMeter({ source, isMuted }: LevelMeterProps) {
  const texts = useTalkTexts().devices;
  const bar = useRef<HTMLSpanElement>(null);
  const [isHeard, setHeard] = useState(false);
  useEffect(() => {
    let hearing = nothingHeard;
    return source.on('level', (level) => {
      hearing = afterLevel(hearing, level);
      setHeard(hearing.isHeard);
      bar.current?.style.setProperty('--level', meterShare(level).toFixed(2));
    });
  }, [source]);
  return (
    <div className={classes.meter} data-heard={isHeard}>
      <span className={classes.track} aria-hidden="true">
        <span ref={bar} className={classes.level} />
      </span>
      <span role="status">{isMuted ? texts.muted : isHeard ? texts.heard : texts.saySomething}</span>
    </div>
  );
}

function TestSound({ speakerId }: { readonly speakerId: string | null }) {
  const texts = useTalkTexts().devices;
  const [state, setState] = useState<'idle' | 'playing' | 'failed'>('idle');
  const play = () => {
    setState('playing');
    playTestSound({ speakerId }).then(
      () => setState('idle'),
      () => setState('failed'),
    );
  };
  return (
    <>
      <Button variant="default" leftSection={<SpeakerIcon size={18} />} onClick={() => state !== 'playing' && play()}>
        {state === 'playing' ? texts.playing : texts.testSound}
      </Button>
      {state === 'failed' && (
        <p className={classes.problem} role="alert">
          {texts.noSound}
        </p>
      )}
    </>
  );
}
