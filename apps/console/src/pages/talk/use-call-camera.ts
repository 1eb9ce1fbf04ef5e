import type { CallSnapshot, VisavisCall } from '@visavis/sdk';
import { useEffect } from 'react';
import { useCamera } from './use-camera.ts';

/** As often the avatar is shown something while somebody goes on speaking. */
const WHILE_SPEAKING_MS = 4_000;

/** The camera in a call: pictures go to the avatar while the person speaks, and it is off after the call. */
export function useCallCamera(call: VisavisCall, snapshot: CallSnapshot): ReturnType<typeof useCamera> {
  const used = useCamera();
  const { camera } = used;
  const isLive = snapshot.state !== 'ended';
  const isShowing = isLive && snapshot.activity === 'hearing' && used.state.state === 'on';
  useEffect(() => {
    if (!isShowing) return;
    camera.show(call);
    const timer = setInterval(() => camera.show(call), WHILE_SPEAKING_MS);
    return () => clearInterval(timer);
  }, [call, camera, isShowing]);
  useEffect(() => (isLive ? () => camera.stop() : undefined), [camera, isLive]);
  return used;
}
