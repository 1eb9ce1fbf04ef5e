import { Alert, Button, Checkbox, Modal, Progress, Select, TextInput } from '@mantine/core';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { VOICES } from '@visavis/protocol';
import type { Avatar } from '@visavis/protocol/rest';
import { useEffect, useRef, useState } from 'react';
import { request } from '../../api/client.ts';
import { avatarsQuery } from '../../api/queries.ts';
import { uploadFile } from '../../api/upload.ts';
import classes from '../../components/console.module.css';
import { Problem } from '../../components/page.tsx';
import { useTexts } from '../../i18n/language.tsx';
import { FileChoice, useFileFault } from './file-choice.tsx';
import { VoiceSample } from './voice-sample.tsx';

/** Makes an avatar from a photo or clip: sends the file, then the avatar appears in the gallery, in the making. */
export function NewAvatar({ projectId, onClose }: { readonly projectId: string; readonly onClose: () => void }) {
  const texts = useTexts();
  const [file, setFile] = useState<File | null>(null);
  const [name, setName] = useState('');
  const [voice, setVoice] = useState<string | null>(null);
  const [agreed, setAgreed] = useState(false);
  const { make, progress, stop } = useMaking(projectId);
  const fault = useFileFault(file);
  const isReady = file !== null && fault === null && agreed && name.trim() !== '';
  return (
    <Modal
      opened
      size="lg"
      onClose={onClose}
      title={texts.avatars.newAvatar}
      centered
      lockScroll={false}
      closeOnClickOutside={!make.isPending}
      closeButtonProps={{ 'aria-label': texts.common.close }}
    >
      <form
        className={classes.stack}
        onSubmit={(event) => {
          event.preventDefault();
          if (isReady) make.mutate({ file, name, voice }, { onSuccess: onClose });
        }}
      >
        <FileChoice
          file={file}
          disabled={make.isPending}
          onChoose={(chosen) => {
            setFile(chosen);
            make.reset();
          }}
        />
        {fault !== null && fault !== undefined && (
          <Alert color="red" variant="light" role="alert">
            {texts.avatars[fault]}
          </Alert>
        )}
        <p className={classes.muted}>{texts.avatars.fileAdvice}</p>
        <div className={classes.split}>
          <TextInput
            label={texts.common.name}
            required
            withAsterisk={false}
            value={name}
            onChange={(event) => setName(event.currentTarget.value)}
          />
          <div className={classes.stack}>
            <Select
              label={texts.avatars.voice}
              placeholder={texts.avatars.anyVoice}
              data={[...VOICES]}
              clearable
              searchable
              value={voice}
              onChange={setVoice}
            />
            {voice !== null && <VoiceSample voice={voice} provider="local" language="en" text="" />}
          </div>
        </div>
        <Checkbox
          label={texts.avatars.agreed}
          checked={agreed}
          onChange={(event) => setAgreed(event.currentTarget.checked)}
        />
        {make.isPending && (
          <div className={classes.stack}>
            <Progress value={progress * 100} aria-label={texts.avatars.uploading} />
            <p className={classes.muted}>{texts.avatars.uploaded(Math.floor(progress * 100))}</p>
          </div>
        )}
        <Problem error={make.error} />
        <div className={classes.actions}>
          <Button type="submit" disabled={!isReady} loading={make.isPending}>
            {texts.avatars.makeAvatar}
          </Button>
          <Button variant="default" onClick={make.isPending ? stop : onClose}>
            {texts.common.cancel}
          </Button>
        </div>
      </form>
    </Modal>
  );
}

type Wish = { readonly file: File; readonly name: string; readonly voice: string | null };

function useMaking(projectId: string) {
  const client = useQueryClient();
  const [progress, setProgress] = useState(0);
  const abort = useRef<AbortController | null>(null);
  const make = useMutation({
    mutationFn: async ({ file, name, voice }: Wish) => {
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
