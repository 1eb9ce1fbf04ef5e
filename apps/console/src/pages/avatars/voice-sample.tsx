import { Button } from '@mantine/core';
import { useMutation } from '@tanstack/react-query';
import { LIMITS } from '@visavis/protocol';
import { useCallback, useEffect, useRef, useState } from 'react';
import { requestFile } from '../../api/client.ts';
import classes from '../../components/console.module.css';
import { SpeakerIcon } from '../../components/icons.tsx';
import { Problem } from '../../components/page.tsx';
import { useTexts } from '../../i18n/language.tsx';
import own from './avatars-page.module.css';

type VoiceSampleProps = {
  readonly voice: string;
  readonly provider: string;
  readonly language: string;
  /** What it says; empty: a sentence of the server's. */
  readonly text: string;
  /** What the button says; *Listen* when left out. */
  readonly label?: string;
};

/** A button that lets one hear a voice. */
export function VoiceSample(props: VoiceSampleProps) {
  const texts = useTexts().avatars;
  const { play, stop, isPlaying } = usePlayer();
  const sample = useMutation({
    mutationFn: async ({ text, label: _, ...choice }: VoiceSampleProps) => {
      const words = text.trim().slice(0, LIMITS.characters.voiceSample).trim();
      await play(await requestFile('POST', '/voice-preview', words === '' ? choice : { ...choice, text: words }));
    },
  });
  const { reset } = sample;
  // biome-ignore lint/correctness/useExhaustiveDependencies: what is heard, and why it is not, is of one choice.
  useEffect(() => {
    stop();
    reset();
  }, [props.voice, props.provider, props.language]);
  return (
    <div className={classes.stack}>
      <Button
        className={own.listen ?? ''}
        variant="default"
        size="xs"
        leftSection={<SpeakerIcon size={16} />}
        title={texts.listenHint}
        loading={sample.isPending}
        disabled={props.voice.trim() === ''}
        onClick={() => (isPlaying ? stop() : sample.mutate(props))}
      >
        {isPlaying ? texts.stopListening : (props.label ?? texts.listen)}
      </Button>
      <Problem error={sample.error} />
    </div>
  );
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
