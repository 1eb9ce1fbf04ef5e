import { Checkbox } from '@mantine/core';
import { LIMITS } from '@visavis/protocol';
import type { Avatar } from '@visavis/protocol/rest';
import { useState } from 'react';
import { request } from '../../api/client.ts';
import classes from '../../components/console.module.css';
import { useDraft } from '../../components/draft.ts';
import { TextField } from '../../components/fields.tsx';
import { FormDialog } from '../../components/form.tsx';
import { useFirstHourTexts } from '../../i18n/first-hour-texts.ts';
import { useTexts } from '../../i18n/language.tsx';
import { useFileFault } from './file-choice.tsx';
import { fieldsOfWish, isComplete, missingOf, noWish, type Wish, withFile } from './new-avatar-wish.ts';
import { PhotoField } from './photo-field.tsx';
import { TemplatePick } from './templates/template-pick.tsx';
import { usePhotoSending } from './use-photo-sending.ts';
import { VoiceField } from './voice-field.tsx';

/** Makes an avatar from a photo or clip: sends the file, then the avatar appears in the gallery, in the making. */
export function NewAvatar({ projectId, onClose }: { readonly projectId: string; readonly onClose: () => void }) {
  const texts = useTexts();
  const { templates } = useFirstHourTexts();
  const draft = useDraft<Wish>(noWish);
  const { file, name, voice, template, agreed } = draft.values;
  const { sending, progress, stop } = usePhotoSending(projectId, (uploadId, wish: Wish) => {
    return request<Avatar>('POST', `/projects/${projectId}/avatars`, { uploadId, ...fieldsOfWish(wish) });
  });
  const fault = useFileFault(file);
  // What is missing is marked once somebody wants to go on without it.
  const [isAsked, setAsked] = useState(false);
  const missing = missingOf(draft.values);
  const mark = (field: keyof typeof missing) => (isAsked && missing[field] ? texts.making.missing[field] : null);
  return (
    <FormDialog
      isNew
      size="lg"
      draft={draft}
      saving={sending}
      isReady={isComplete(draft.values) && fault === null}
      onIncomplete={() => setAsked(true)}
      title={texts.avatars.newAvatar}
      action={texts.avatars.makeAvatar}
      onClose={onClose}
      onSaved={onClose}
      onStop={stop}
    >
      <PhotoField
        file={file}
        fault={fault}
        missing={mark('file')}
        progress={sending.isPending ? progress : null}
        onChoose={(chosen) => draft.change(withFile(draft.values, chosen))}
      />
      <div className={classes.split}>
        <TextField
          name="name"
          label={texts.common.name}
          required
          maxLength={LIMITS.characters.name}
          value={name}
          onChange={(typed) => draft.change({ name: typed })}
        />
        <VoiceField
          provider={null}
          language="en"
          voice={voice}
          sampleText=""
          onChange={(chosen) => draft.change({ voice: chosen })}
        />
      </div>
      <TemplatePick
        none={templates.noneNew}
        value={template}
        onChange={(chosen) => draft.change({ template: chosen })}
      />
      <Checkbox
        label={texts.avatars.agreed}
        error={mark('agreed')}
        checked={agreed}
        onChange={(event) => draft.change({ agreed: event.currentTarget.checked })}
      />
    </FormDialog>
  );
}
