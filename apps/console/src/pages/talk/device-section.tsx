import { Button, Select } from '@mantine/core';
import { canChooseSpeaker, type MediaDeviceChoice, playTestSound, type VisavisCall } from '@visavis/sdk';
import { inWords } from '@visavis/sdk/problem-words';
import { useEffect, useRef, useState } from 'react';
import { MicrophoneIcon, SpeakerIcon } from '../../components/icons.tsx';
import { useTalkTexts } from '../../i18n/talk-texts.ts';
import { useCallPreferences } from './call-preferences.ts';
import classes from './device-section.module.css';
import { afterLevel, meterShare, nothingHeard } from './sound-level.ts';
import { useDevices } from './use-devices.ts';
import { useMicrophoneCheck } from './use-microphone-check.ts';

/** Which microphone and speaker serve, and whether they do: before a call, and in it. */
export function DeviceSection({ call }: { readonly call: VisavisCall | null }) {
  const texts = useTalkTexts().devices;
  const [{ microphoneId, speakerId }, change] = useCallPreferences();
  const { microphone, problem, source, start } = useMicrophoneCheck(call);
  const isOn = microphone.state === 'on';
  const { microphones, speakers } = useDevices(isOn);
  return (
    <section className={classes.devices} aria-labelledby="devices">
      <h3 id="devices">{texts.title}</h3>
      <DeviceSelect
        label={texts.microphone}
        automatic={texts.automatic}
        away={texts.away}
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
      <MicrophoneProblem problem={problem} />
      {canChooseSpeaker() && (
        <DeviceSelect
          label={texts.speaker}
          automatic={texts.automatic}
          away={texts.away}
          devices={speakers}
          value={speakerId}
          onChange={(id) => change({ speakerId: id })}
        />
      )}
      <TestSound speakerId={speakerId} />
    </section>
  );
}

function MicrophoneProblem({ problem }: Pick<ReturnType<typeof useMicrophoneCheck>, 'problem'>) {
  const { problems } = useTalkTexts();
  if (problem === null) return null;
  const { title, advice } = inWords(problem, problems);
  return (
    <p className={classes.problem} role="alert">
      <strong>{title}</strong> {advice}
    </p>
  );
}

type DeviceSelectProps = {
  readonly label: string;
  /** What the browser's own choice is called. */
  readonly automatic: string;
  /** What a chosen device is called that is not plugged in. */
  readonly away: string;
  readonly devices: readonly MediaDeviceChoice[];
  readonly value: string | null;
  readonly onChange: (deviceId: string | null) => void;
};

function DeviceSelect({ label, automatic, away, devices, value, onChange }: DeviceSelectProps) {
  const isAway = value !== null && !devices.some(({ deviceId }) => deviceId === value);
  return (
    <Select
      label={label}
      data={[
        { value: '', label: automatic },
        ...(isAway ? [{ value, label: away }] : []),
        ...devices.map((device) => ({ value: device.deviceId, label: device.label })),
      ]}
      value={value ?? ''}
      allowDeselect={false}
      onChange={(chosen) => onChange(chosen || null)}
    />
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
      <Button
        variant="default"
        leftSection={<SpeakerIcon size={18} />}
        data-playing={state === 'playing'}
        onClick={() => state !== 'playing' && play()}
      >
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
