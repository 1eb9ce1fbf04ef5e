import { LIMITS, shownName } from '@visavis/protocol';
import type { Avatar } from '@visavis/protocol/rest';
import { request } from '../../api/client.ts';
import { avatarsQuery, useChange } from '../../api/queries.ts';
import { avatarAddress } from '../../app/addresses.ts';
import { navigate } from '../../app/router.ts';
import { useDraft } from '../../components/draft.ts';
import { TextField } from '../../components/fields.tsx';
import { fittingName } from '../../components/fitting-name.ts';
import { FormDialog } from '../../components/form.tsx';
import { useFirstHourTexts } from '../../i18n/first-hour-texts.ts';
import { useTexts } from '../../i18n/language.tsx';
import { TemplatePick } from './templates/template-pick.tsx';
import { type TemplateWish, wishedFields } from './templates/template-values.ts';

type Copy = { readonly name: string; readonly template: TemplateWish };

type CopyAvatarProps = { readonly projectId: string; readonly avatar: Avatar; readonly onClose: () => void };

/** Asks for the name of a copy, makes it, and opens it. */
export function CopyAvatar({ projectId, avatar, onClose }: CopyAvatarProps) {
  const texts = useTexts();
  const { templates } = useFirstHourTexts();
  const draft = useDraft<Copy>({ name: fittingName(shownName(avatar.name), texts.gallery.copyOf), template: null });
  const copy = useChange(
    ({ name, template }: Copy) =>
      request<Avatar>('POST', `/projects/${projectId}/avatars`, {
        fromAvatarId: avatar.avatarId,
        name,
        ...wishedFields(template, name),
      }),
    [avatarsQuery(projectId).queryKey],
  );
  return (
    <FormDialog
      isNew
      draft={draft}
      saving={copy}
      title={texts.avatars.copyTitle(shownName(avatar.name))}
      action={avatar.isSystem ? texts.avatars.copyAvatar : texts.avatars.duplicate}
      onClose={onClose}
      onSaved={({ avatarId }) => navigate(avatarAddress(projectId, avatarId))}
    >
      <TextField
        name="name"
        label={texts.avatars.copyName}
        required
        maxLength={LIMITS.characters.name}
        data-autofocus
        onFocus={(event) => event.currentTarget.select()}
        value={draft.values.name}
        onChange={(name) => draft.change({ name })}
      />
      <TemplatePick
        none={templates.noneCopy}
        value={draft.values.template}
        onChange={(template) => draft.change({ template })}
      />
    </FormDialog>
  );
}
