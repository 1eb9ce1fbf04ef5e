import { SegmentedControl } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { LIMITS } from '@visavis/protocol';
import { SOUND_NAMES } from '@visavis/protocol/file-kind';
import { avatarsQuery } from '../../api/queries.ts';
import classes from '../../components/console.module.css';
import { LongTextField, TextField } from '../../components/fields.tsx';
import { useFilmsTexts } from '../../i18n/films-texts.ts';
import { LanguageField } from '../avatars/language-field.tsx';
import { VoiceField } from '../avatars/voice-field.tsx';
import { SOUND_SOURCES } from './film-wish.ts';
import { LARGEST, LONGEST_MINUTES } from './judge-file.ts';
import own from './new-film.module.css';
import type { PartProps } from './picture-part.tsx';
import { RecorderField } from './recorder-field.tsx';
import { useSizes } from './sizes.ts';
import { SentRow, UploadField } from './upload-field.tsx';
import type { FileSending } from './use-file-sending.ts';

type SoundPartProps = PartProps & { readonly file: FileSending; readonly recording: FileSending };

/** Systems do not know the types of all endings. */
const ACCEPTED_SOUNDS = 'audio/*,video/*,.mp3,.wav,.m4a,.ogg,.opus,.flac,.aac,.amr';

/** What is said: a text, a recording, a file, or what is at an address. */
export function SoundPart(props: SoundPartProps) {
  const { wish, missing, onChange, file, recording } = props;
  const { form } = useFilmsTexts();
  const { soundFrom } = wish;
  return (
    <section className={classes.card} aria-labelledby="what">
      <div className={classes.stack}>
        <h2 id="what">{form.what}</h2>
        <SegmentedControl
          fullWidth
          aria-label={form.soundFrom}
          data={SOUND_SOURCES.map((value) => ({ value, label: form.sounds[value] }))}
          value={soundFrom}
          onChange={(value) => onChange({ soundFrom: SOUND_SOURCES.find((known) => known === value) ?? 'text' })}
        />
        {soundFrom === 'text' && <SpokenText {...props} />}
        {soundFrom === 'record' && (
          <>
            <RecorderField sending={recording} />
            {recording.sent !== null && <SentRow sending={recording} sent={recording.sent} />}
            {missing.has('sound') && (
              <p className={own.fault} role="alert">
                {form.missingSound}
              </p>
            )}
          </>
        )}
        {soundFrom === 'file' && <SoundFile file={file} isMissing={missing.has('sound')} />}
        {soundFrom === 'address' && (
          <TextField
            name="audioUrl"
            label={form.address}
            description={form.addressHint}
            type="url"
            required
            maxLength={LIMITS.characters.url}
            value={wish.soundUrl}
            onChange={(soundUrl) => onChange({ soundUrl })}
          />
        )}
      </div>
    </section>
  );
}

function SpokenText({ projectId, wish, onChange }: PartProps) {
  const { form } = useFilmsTexts();
  const avatars = useQuery(avatarsQuery(projectId)).data ?? [];
  const avatar = wish.pictureFrom === 'avatar' ? avatars.find(({ avatarId }) => avatarId === wish.avatarId) : undefined;
  return (
    <>
      <LongTextField
        name="text"
        label={form.text}
        description={form.textHint}
        required
        minRows={4}
        maxRows={14}
        maxLength={LIMITS.characters.spokenText}
        value={wish.text}
        onChange={(text) => onChange({ text })}
      />
      <div className={classes.split}>
        <VoiceField
          provider="local"
          isOptional
          language={wish.language || avatar?.language || 'en'}
          voice={wish.voice}
          sampleText={wish.text}
          onChange={(voice) => onChange({ voice })}
        />
        <LanguageField unset={form.anyLanguage} value={wish.language} onChange={(language) => onChange({ language })} />
      </div>
    </>
  );
}

function SoundFile({ file, isMissing }: { readonly file: FileSending; readonly isMissing: boolean }) {
  const { form } = useFilmsTexts();
  const { size } = useSizes();
  return (
    <UploadField
      sending={file}
      label={form.soundFile}
      accept={ACCEPTED_SOUNDS}
      invitation={form.dropSound}
      limits={[form.soundLimits(size(LARGEST.sound), LONGEST_MINUTES), form.soundTypes(SOUND_NAMES)]}
      wrong={form.wrongSound}
      missing={isMissing ? form.missingSound : null}
    />
  );
}
