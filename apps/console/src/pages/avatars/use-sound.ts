import { useMutation } from '@tanstack/react-query';
import { LIMITS } from '@visavis/protocol';
import { useCallback, useEffect, useState } from 'react';
import { requestFile } from '../../api/client.ts';
import { openAudio, SoundPlayer } from './sound-player.ts';

export type SampleWish = {
  readonly voice: string;
  readonly provider: string;
  readonly language: string;
  /** What it says; empty: a sentence of the server's. */
  readonly text: string;
};

/** Samples of voices, one at a time. `playing` is the voice that is heard, `waiting` the one that is on its way. */
export function useVoiceSample() {
  const [isPlaying, setPlaying] = useState(false);
  const [player] = useState(() => new SoundPlayer({ open: openAudio, onPlaying: setPlaying }));
  const [voice, setVoice] = useState<string | null>(null);
  const sample = useMutation({
    mutationFn: ({ text, ...choice }: SampleWish) => {
      setVoice(choice.voice);
      const words = text.trim().slice(0, LIMITS.characters.voiceSample).trim();
      const wish = words === '' ? choice : { ...choice, text: words };
      return player.play(() => requestFile('POST', '/voice-preview', wish));
    },
  });
  const { reset } = sample;
  // It ends with the component.
  useEffect(() => () => player.stop(), [player]);
  return {
    playing: isPlaying ? voice : null,
    waiting: sample.isPending ? voice : null,
    error: sample.error,
    listen: (wish: SampleWish) => sample.mutate(wish),
    stop: useCallback(() => {
      player.stop();
      reset();
    }, [player, reset]),
  };
}
