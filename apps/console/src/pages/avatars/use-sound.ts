import { useMutation } from '@tanstack/react-query';
import { LIMITS } from '@visavis/protocol';
import { useCallback, useEffect, useRef, useState } from 'react';
import { requestFile } from '../../api/client.ts';

export type SampleWish = {
  readonly voice: string;
  readonly provider: string;
  readonly language: string;
  /** What it says; empty: a sentence of the server's. */
  readonly text: string;
};

/** Samples of voices, one at a time. `playing` is the voice that is heard, `waiting` the one that is on its way. */
export function useVoiceSample() {
  const { play, stop, isPlaying } = usePlayer();
  const [voice, setVoice] = useState<string | null>(null);
  const sample = useMutation({
    mutationFn: async ({ text, ...choice }: SampleWish) => {
      stop();
      setVoice(choice.voice);
      const words = text.trim().slice(0, LIMITS.characters.voiceSample).trim();
      await play(await requestFile('POST', '/voice-preview', words === '' ? choice : { ...choice, text: words }));
    },
  });
  const { reset } = sample;
  return {
    playing: isPlaying ? voice : null,
    waiting: sample.isPending ? voice : null,
    error: sample.error,
    listen: (wish: SampleWish) => sample.mutate(wish),
    stop: useCallback(() => {
      stop();
      reset();
    }, [stop, reset]),
  };
}

/** One sound at a time; it ends with the component. */
function usePlayer() {
  const [isPlaying, setPlaying] = useState(false);
  const current = useRef<{ audio: HTMLAudioElement; address: string } | null>(null);
  const stop = useCallback(() => {
    const sound = current.current;
    current.current = null;
    setPlaying(false);
    if (sound === null) return;
    sound.audio.pause();
    URL.revokeObjectURL(sound.address);
  }, []);
  const play = useCallback(
    async (file: Blob) => {
      stop();
      const address = URL.createObjectURL(file);
      const audio = new Audio(address);
      current.current = { audio, address };
      audio.onended = stop;
      await audio.play();
      setPlaying(true);
    },
    [stop],
  );
  useEffect(() => stop, [stop]);
  return { play, stop, isPlaying };
}
