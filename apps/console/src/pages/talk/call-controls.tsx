import { Tooltip } from '@mantine/core';
import type { MicrophoneStatus, VisavisCall } from '@visavis/sdk';
import { type ReactNode, useEffect, useRef } from 'react';
import {
  CameraIcon,
  CaptionsIcon,
  HangUpIcon,
  HoldIcon,
  MicrophoneIcon,
  MicrophoneOffIcon,
} from '../../components/icons.tsx';
import { useTalkTexts } from '../../i18n/talk-texts.ts';
import classes from './call-controls.module.css';
import { meterShare } from './sound-level.ts';

type ControlsProps = {
  readonly call: VisavisCall;
  readonly microphone: MicrophoneStatus;
  /** There is nobody to hear: only hanging up is left, unless the microphone is on already. */
  readonly deaf: boolean;
  /** Null: the avatar sees nothing. */
  readonly camera: 'off' | 'opening' | 'on' | null;
  readonly onCamera: () => void;
  readonly hasCaptions: boolean;
  readonly onCaptions: () => void;
  readonly onPushToTalk: (enabled: boolean) => void;
};

/** Microphone, push-to-talk, camera, captions, hang up. */
export function CallControls(props: ControlsProps) {
  const { call, microphone, deaf, camera, onCamera, hasCaptions, onCaptions, onPushToTalk } = props;
  const texts = useTalkTexts().call;
  const holds = microphone.pushToTalk && microphone.state === 'on';
  return (
    <div className={classes.controls} role="toolbar" aria-label={texts.controls}>
      {(!deaf || microphone.state !== 'off') && (
        <>
          {holds ? (
            <HoldToTalkButton call={call} pressed={microphone.pressed} />
          ) : (
            <MicrophoneButton call={call} microphone={microphone} />
          )}
          <Control
            label={microphone.pushToTalk ? texts.toOpenMicrophone : texts.toPushToTalk}
            short={microphone.pushToTalk ? texts.short.openMicrophone : texts.short.pushToTalk}
            pressed={microphone.pushToTalk}
            onClick={() => onPushToTalk(!microphone.pushToTalk)}
          >
            <HoldIcon />
          </Control>
        </>
      )}
      {camera !== null && (
        <Control
          label={camera === 'off' ? texts.cameraOn : texts.cameraOff}
          short={texts.short.camera}
          pressed={camera === 'on'}
          busy={camera === 'opening'}
          onClick={onCamera}
        >
          <CameraIcon />
        </Control>
      )}
      <Control
        label={hasCaptions ? texts.hideCaptions : texts.showCaptions}
        short={texts.short.captions}
        pressed={!hasCaptions}
        onClick={onCaptions}
      >
        <CaptionsIcon />
      </Control>
      <Tooltip label={texts.hangUp}>
        <button type="button" className={classes.hangUp} aria-label={texts.hangUp} onClick={() => call.hangUp()}>
          <HangUpIcon size={26} />
          <span className={classes.short}>{texts.short.hangUp}</span>
        </button>
      </Tooltip>
    </div>
  );
}

function MicrophoneButton({ call, microphone }: { call: VisavisCall; microphone: MicrophoneStatus }) {
  const texts = useTalkTexts().call;
  const { state, muted } = microphone;
  if (state !== 'on') {
    const label = state === 'opening' ? texts.microphoneOpening : texts.microphoneOn;
    return (
      <Control
        label={label}
        short={texts.short.microphone}
        busy={state === 'opening'}
        onClick={() => void call.startMicrophone()}
      >
        <MicrophoneOffIcon />
      </Control>
    );
  }
  return (
    <Control
      label={muted ? texts.unmute : texts.mute}
      short={muted ? texts.short.unmute : texts.short.mute}
      pressed={muted}
      onClick={() => call.setMuted(!muted)}
    >
      {muted ? <MicrophoneOffIcon /> : <MicrophoneIcon />}
      <LevelMeter call={call} />
    </Control>
  );
}

function HoldToTalkButton({ call, pressed }: { call: VisavisCall; pressed: boolean }) {
  const texts = useTalkTexts().call;
  const hold = (down: boolean) => () => call.setTalking(down);
  return (
    <button
      type="button"
      className={classes.hold}
      data-pressed={pressed}
      onPointerDown={(event) => {
        event.currentTarget.setPointerCapture(event.pointerId);
        call.setTalking(true);
      }}
      onPointerUp={hold(false)}
      onPointerCancel={hold(false)}
      onKeyDown={(event) => {
        if (event.key === ' ' || event.key === 'Enter') {
          event.preventDefault();
          call.setTalking(true);
        }
      }}
      onKeyUp={hold(false)}
      onBlur={hold(false)}
      onContextMenu={(event) => event.preventDefault()}
    >
      <LevelMeter call={call} />
      <MicrophoneIcon />
      {pressed ? texts.speakNow : texts.hold}
      <kbd className={classes.key}>{texts.space}</kbd>
    </button>
  );
}

/** A ring that follows the microphone without rendering the page again. */
function LevelMeter({ call }: { call: VisavisCall }) {
  const element = useRef<HTMLSpanElement>(null);
  useEffect(
    () =>
      call.on('level', (level) => {
        element.current?.style.setProperty('--level', meterShare(level).toFixed(2));
      }),
    [call],
  );
  return <span ref={element} className={classes.level} aria-hidden="true" />;
}

type ControlProps = {
  readonly label: string;
  /** Under the icon, where nothing hovers. */
  readonly short: string;
  readonly pressed?: boolean;
  readonly busy?: boolean;
  readonly onClick: () => void;
  readonly children: ReactNode;
};

function Control({ label, short, pressed, busy, onClick, children }: ControlProps) {
  return (
    <Tooltip label={label}>
      <button
        type="button"
        className={classes.control}
        aria-label={label}
        data-active={pressed}
        aria-busy={busy}
        onClick={onClick}
      >
        {children}
        <span className={classes.short}>{short}</span>
      </button>
    </Tooltip>
  );
}
