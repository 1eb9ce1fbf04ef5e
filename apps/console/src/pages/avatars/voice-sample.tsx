import { Button } from '@mantine/core';
import { useEffect } from 'react';
import classes from '../../components/console.module.css';
import { SpeakerIcon } from '../../components/icons.tsx';
import { Problem } from '../../components/page.tsx';
import { useTexts } from '../../i18n/language.tsx';
import { type SampleWish, useVoiceSample } from './use-sound.ts';
import own from './voice-field.module.css';

/** `label`: what the button says. */
type VoiceSampleProps = SampleWish & { readonly label: string };

/** A button that lets one hear a voice. */
export function VoiceSample(props: VoiceSampleProps) {
  const texts = useTexts().avatars;
  const { voice, provider, language, text } = props;
  const { playing, waiting, error, listen, stop } = useVoiceSample();
  // biome-ignore lint/correctness/useExhaustiveDependencies: what is heard, and why it is not, is of one choice.
  useEffect(() => stop(), [voice, provider, language]);
  return (
    <div className={classes.stack}>
      <Button
        className={own.listen ?? ''}
        variant="default"
        size="xs"
        leftSection={<SpeakerIcon size={16} />}
        title={texts.listenHint}
        loading={waiting !== null}
        disabled={voice.trim() === ''}
        onClick={() => (playing === null ? listen({ voice, provider, language, text }) : stop())}
      >
        {playing === null ? props.label : texts.stopListening}
      </Button>
      <Problem error={error} />
    </div>
  );
}
