import type { VisavisCall } from '@visavis/sdk';
import { useEffect } from 'react';

/** Holds the microphone open while the space bar is down, except where a space is typed or presses something. */
export function usePushToTalkKey(call: VisavisCall | null, enabled: boolean): void {
  useEffect(() => {
    if (call === null || !enabled) return;
    const press = (event: KeyboardEvent) => {
      if (event.code !== 'Space' || usesSpace(event.target)) return;
      event.preventDefault();
      if (!event.repeat) call.setTalking(true);
    };
    const release = (event: KeyboardEvent) => {
      if (event.code === 'Space') call.setTalking(false);
    };
    const releaseAll = () => call.setTalking(false);
    globalThis.addEventListener('keydown', press);
    globalThis.addEventListener('keyup', release);
    globalThis.addEventListener('blur', releaseAll);
    return () => {
      globalThis.removeEventListener('keydown', press);
      globalThis.removeEventListener('keyup', release);
      globalThis.removeEventListener('blur', releaseAll);
      releaseAll();
    };
  }, [call, enabled]);
}

function usesSpace(target: EventTarget | null): boolean {
  if (!(target instanceof HTMLElement)) return false;
  return target.closest('input, textarea, select, button, summary, [contenteditable], [role="option"]') !== null;
}
