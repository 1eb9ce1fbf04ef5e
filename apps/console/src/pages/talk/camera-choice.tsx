import { Button } from '@mantine/core';
import type { MediaDeviceChoice } from '@visavis/sdk';
import { useEffect } from 'react';
import { CameraIcon } from '../../components/icons.tsx';
import { useTalkTexts } from '../../i18n/talk-texts.ts';
import { useCallPreferences } from './call-preferences.ts';
import { CameraPreview } from './camera-preview.tsx';
import { DeviceProblem, DeviceSelect } from './device-parts.tsx';
import classes from './device-section.module.css';
import { useCamera } from './use-camera.ts';

type CameraChoiceProps = {
  readonly cameras: readonly MediaDeviceChoice[];
  /** Before a call it is on only as long as one looks at it here. */
  readonly isInCall: boolean;
};

/** Which camera serves, and what it shows. */
export function CameraChoice({ cameras, isInCall }: CameraChoiceProps) {
  const texts = useTalkTexts().devices;
  const [{ cameraId }, change] = useCallPreferences();
  const { camera, state } = useCamera();
  useEffect(() => (isInCall ? undefined : () => camera.stop()), [camera, isInCall]);
  const isOn = state.stream !== null;
  return (
    <>
      <DeviceSelect
        label={texts.camera}
        devices={cameras}
        value={cameraId}
        onChange={(id) => change({ cameraId: id })}
      />
      {state.stream && <CameraPreview stream={state.stream} className={classes.preview} />}
      <Button
        variant="default"
        leftSection={<CameraIcon size={18} />}
        loading={state.state === 'opening'}
        onClick={() => (isOn ? camera.stop() : void camera.start())}
      >
        {isOn ? texts.stopCamera : texts.tryCamera}
      </Button>
      <DeviceProblem problem={state.problem} />
      <p className={classes.hint}>{texts.cameraHint}</p>
    </>
  );
}
