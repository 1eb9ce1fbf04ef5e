import { Camera, type CameraState } from '@visavis/sdk';
import { useEffect, useSyncExternalStore } from 'react';
import { useCallPreferences } from './call-preferences.ts';

/** A page has one: it is tried out before a call, and on in it. */
const camera = new Camera();
const subscribe = (onChange: () => void) => camera.on('change', onChange);
const readState = () => camera.state;

/** The page's camera, as it was chosen in this browser. */
export function useCamera(): { readonly camera: Camera; readonly state: CameraState } {
  const [{ cameraId }] = useCallPreferences();
  const state = useSyncExternalStore(subscribe, readState);
  useEffect(() => {
    void camera.setCamera(cameraId);
  }, [cameraId]);
  return { camera, state };
}
