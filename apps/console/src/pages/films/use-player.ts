import type { FilmSyncMode } from '@visavis/protocol';
import { useCallback, useEffect, useRef, useState } from 'react';
import { isInStep, originalTime } from './player-time.ts';

/** Where the film is, for its bar; the original runs with it. Times are in seconds. */
export function usePlayer(mode: FilmSyncMode) {
  const film = useRef<HTMLVideoElement>(null);
  const original = useRef<HTMLVideoElement>(null);
  const [isPlaying, setPlaying] = useState(false);
  const [atS, setAt] = useState(0);
  const [filmS, setLength] = useState(0);

  const follow = useCallback(
    (isExact: boolean) => {
      const [leader, follower] = [film.current, original.current];
      if (leader === null) return;
      setAt(leader.currentTime);
      if (follower === null) return;
      const lengths = { filmS: leader.duration, originalS: follower.duration };
      const wanted = originalTime(leader.currentTime, lengths, mode);
      if (wanted === null) return;
      // A clip that runs backwards, or at another pace, is set picture by picture.
      const runs = !leader.paused && (mode === 'loop' || wanted < follower.duration) && mode !== 'remap';
      if (isExact || !isInStep(follower.currentTime, wanted)) follower.currentTime = wanted;
      if (runs && follower.paused && mode !== 'bounce') void follower.play().catch(() => undefined);
      if (!runs && !follower.paused) follower.pause();
    },
    [mode],
  );

  // `timeupdate` comes four times a second: too seldom for two pictures in step.
  useEffect(() => {
    if (!isPlaying) return;
    let frame = requestAnimationFrame(function each() {
      follow(false);
      frame = requestAnimationFrame(each);
    });
    return () => cancelAnimationFrame(frame);
  }, [isPlaying, follow]);

  const toggle = () => {
    const leader = film.current;
    if (leader === null) return;
    if (leader.paused) void leader.play().catch(() => undefined);
    else leader.pause();
  };
  const seek = (toS: number) => {
    if (film.current === null) return;
    film.current.currentTime = toS;
    setAt(toS);
  };
  return {
    film,
    original,
    isPlaying,
    atS,
    filmS,
    toggle,
    seek,
    filmEvents: {
      onLoadedMetadata: () => setLength(film.current?.duration ?? 0),
      onPlay: () => setPlaying(true),
      onPause: () => {
        setPlaying(false);
        follow(true);
      },
      onSeeked: () => follow(true),
      onEnded: () => setPlaying(false),
    },
    onOriginalLoaded: () => follow(true),
  };
}
