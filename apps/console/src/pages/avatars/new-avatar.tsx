import { Alert, Checkbox, Progress, Select } from '@mantine/core';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { LIMITS, VOICES } from '@visavis/protocol';
import type { Avatar } from '@visavis/protocol/rest';
import { useEffect, useRef, useState } from 'react';
import { request } from '../../api/client.ts';
import { avatarsQuery } from '../../api/queries.ts';
import { uploadFile } from '../../api/upload.ts';
import classes from '../../components/console.module.css';
import { useDraft } from '../../components/draft.ts';
import { TextField } from '../../components/fields.tsx';
import { FormDialog } from '../../components/form.tsx';
import { useTexts } from '../../i18n/language.tsx';
import { FileChoice, useFileFault } from './file-choice.tsx';
import { VoiceSample } from './voice-sample.tsx';

/** Makes an avatar from a photo or clip: sends the file, then the avatar appears in the gallery, in the making. */
export function NewAvatar({ projectId, onClose }: { readonly projectId: string; readonly onClose: () => void }) {
  const texts = useTexts();
  const draft = useDraft<Wish>(noWish);
  const { file, name, voice, agreed } = draft.values;
  const { make, progress, stop } = useMaking(projectId);
  const fault = useFileFault(file);
  const isReady = file !== null && fault === null && agreed && name.trim() !== '';
  return (
    <FormDialog
      isNew
      size="lg"
      draft={draft}
      saving={make}
      isReady={isReady}
      title={texts.avatars.newAvatar}
      action={texts.avatars.makeAvatar}
      onClose={onClose}
      onSaved={onClose}
      onStop={stop}
    >
      <FileChoice
        file={file}
        disabled={make.isPending}
        onChoose={(chosen) => {
          draft.change({ file: chosen });
        }}
      />
      {fault !== null && fault !== undefined && (
        <Alert color="red" variant="light" role="alert">
          {texts.avatars[fault]}
        </Alert>
      )}
      <p className={classes.muted}>{texts.avatars.fileAdvice}</p>
      <div className={classes.split}>
        <TextField
          name="name"
          label={texts.common.name}
          required
          maxLength={LIMITS.characters.name}
          value={name}
          onChange={(typed) => draft.change({ name: typed })}
        />
        <div className={classes.stack}>
          <Select
            label={texts.avatars.voice}
            placeholder={texts.avatars.anyVoice}
            data={[...VOICES]}
            clearable
            searchable
            value={voice}
            onChange={(chosen) => draft.change({ voice: chosen })}
          />
          {voice !== null && <VoiceSample voice={voice} provider="local" language="en" text="" />}
        </div>
      </div>
      <Checkbox
        label={texts.avatars.agreed}
        checked={agreed}
        onChange={(event) => draft.change({ agreed: event.currentTarget.checked })}
      />
      {make.isPending && (
        <div className={classes.stack}>
          <Progress value={progress * 100} aria-label={texts.avatars.uploading} />
          <p className={classes.muted}>{texts.avatars.uploaded(Math.floor(progress * 100))}</p>
        </div>
      )}
    </FormDialog>
  );
}

type Wish = {
  readonly file: File | null;
  readonly name: string;
  readonly voice: string | null;
  readonly agreed: boolean;
};

const noWish: Wish = { file: null, name: '', voice: null, agreed: false };

function useMaking(projectId: string) {
  const client = useQueryClient();
  const [progress, setProgress] = useState(0);
  const abort = useRef<AbortController | null>(null);
  const make = useMutation({
    mutationFn: async ({ file, name, voice }: Wish) => {
      if (file === null) throw new Error('There is no file to send.');
      const control = new AbortController();
      abort.current = control;
      setProgress(0);
      const { uploadId } = await uploadFile(projectId, file, { onProgress: setProgress, signal: control.signal });
      const wish = { uploadId, name: name.trim(), ...(voice === null ? {} : { voice }) };
      return request<Avatar>('POST', `/projects/${projectId}/avatars`, wish);
    },
    onSuccess: () => client.invalidateQueries({ queryKey: avatarsQuery(projectId).queryKey }),
  });
  useEffect(() => () => abort.current?.abort(), []);
  const stop = () => {
    abort.current?.abort();
    make.reset();
  };
  return { make, progress, stop };
}
