import { shownName } from '@visavis/protocol';
import type { Avatar } from '@visavis/protocol/rest';
import { useState } from 'react';
import { request } from '../../api/client.ts';
import classes from '../../components/console.module.css';
import { useDraft } from '../../components/draft.ts';
import { FormDialog } from '../../components/form.tsx';
import { useTexts } from '../../i18n/language.tsx';
import { useFileFault } from './file-choice.tsx';
import { PhotoField } from './photo-field.tsx';
import { usePhotoSending, type WithFile } from './use-photo-sending.ts';

type OtherPhotoProps = { readonly projectId: string; readonly avatar: Avatar; readonly onClose: () => void };

/** Makes an avatar that failed from another photo or clip; its name and settings stay. */
export function OtherPhoto({ projectId, avatar, onClose }: OtherPhotoProps) {
  const texts = useTexts();
  const draft = useDraft<WithFile>({ file: null });
  const { file } = draft.values;
  const { sending, progress, stop } = usePhotoSending(projectId, (uploadId) =>
    request<Avatar>('POST', `/projects/${projectId}/avatars/${avatar.avatarId}/retry`, { uploadId }),
  );
  const fault = useFileFault(file);
  const [isAsked, setAsked] = useState(false);
  return (
    <FormDialog
      isNew
      size="lg"
      draft={draft}
      saving={sending}
      isReady={file !== null && fault === null}
      onIncomplete={() => setAsked(true)}
      title={texts.making.otherPhotoTitle(shownName(avatar.name))}
      action={texts.avatars.makeAvatar}
      onClose={onClose}
      onSaved={onClose}
      onStop={stop}
    >
      <p className={classes.muted}>{texts.making.otherPhotoText}</p>
      <PhotoField
        file={file}
        fault={fault}
        missing={isAsked && file === null ? texts.making.missing.file : null}
        progress={sending.isPending ? progress : null}
        onChoose={(chosen) => draft.change({ file: chosen })}
      />
    </FormDialog>
  );
}
