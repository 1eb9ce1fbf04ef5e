import type { Transcript } from '@visavis/protocol/rest';
import { useCallback, useRef, useState } from 'react';
import { filmOffsetMs, heardAt } from './time-line.ts';

/** The player of a talk's film: which message is heard, and the way to go to one. Times count from the talk's beginning. */
export function useFilm(talk: Transcript) {
  const ref = useRef<HTMLVideoElement>(null);
  const [heardId, setHeardId] = useState<number | null>(null);

  const offsetMs = useCallback(() => filmOffsetMs(talk, (ref.current?.duration ?? Number.NaN) * 1000), [talk]);

  const follow = () => {
    const video = ref.current;
    // Before it was ever played nothing is heard.
    if (video === null || (video.paused && video.currentTime === 0)) return setHeardId(null);
    setHeardId(heardAt(talk.messages, video.currentTime * 1000 + offsetMs()));
  };

  const seek = useCallback(
    (talkMs: number) => {
      const video = ref.current;
      if (video === null) return;
      video.currentTime = Math.max(0, talkMs - offsetMs()) / 1000;
      // Where the browser wants another click first, the film stands at the right place.
      void video.play().catch(() => undefined);
    },
    [offsetMs],
  );

  return { ref, heardId, seek, events: { onTimeUpdate: follow, onSeeked: follow, onEnded: () => setHeardId(null) } };
}
