import { Button } from '@mantine/core';
import type { Avatar } from '@visavis/protocol/rest';
import { playgroundAddress } from '../../app/addresses.ts';
import { Link } from '../../app/link.tsx';
import classes from '../../components/console.module.css';
import { useTexts } from '../../i18n/language.tsx';
import type { AvatarValues } from './avatar-values.ts';
import own from './avatars-page.module.css';
import { Picture } from './picture.tsx';
import { VoiceSample } from './voice-sample.tsx';

type AvatarPreviewProps = {
  readonly projectId: string;
  readonly avatar: Avatar;
  /** As they stand in the form, saved or not. */
  readonly values: Pick<AvatarValues, 'voice' | 'provider' | 'language' | 'firstMessage'>;
};

/** Beside the form: the avatar moving, its first words in the voice that is chosen there, and the way into a test call. */
export function AvatarPreview({ projectId, avatar, values }: AvatarPreviewProps) {
  const texts = useTexts().avatars;
  const { voice, provider, language, firstMessage } = values;
  return (
    <section className={own.aside} aria-label={texts.preview}>
      <Picture avatar={avatar} live />
      {firstMessage !== '' && <p className={own.firstWords}>{firstMessage}</p>}
      <VoiceSample
        voice={voice}
        provider={provider}
        language={language}
        text={firstMessage}
        label={texts.hearFirstWords}
      />
      {avatar.state === 'ready' && (
        <Button component={Link} href={playgroundAddress(projectId, avatar.avatarId)} variant="light">
          {texts.testCall}
        </Button>
      )}
      <p className={`${classes.mono} ${classes.muted}`}>{avatar.avatarId}</p>
    </section>
  );
}
