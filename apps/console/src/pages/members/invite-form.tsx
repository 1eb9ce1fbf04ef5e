import { Select } from '@mantine/core';
import { LIMITS, PROJECT_ROLES, type ProjectRole } from '@visavis/protocol';
import type { CreatedInvitation } from '@visavis/protocol/rest';
import { useState } from 'react';
import { request } from '../../api/client.ts';
import { invitationsQuery } from '../../api/member-queries.ts';
import { useChange } from '../../api/queries.ts';
import { useDraft } from '../../components/draft.ts';
import { TextField } from '../../components/fields.tsx';
import { FormDialog } from '../../components/form.tsx';
import { ShownSecret } from '../../components/shown-secret.tsx';
import { useMembersTexts } from '../../i18n/members-texts.ts';

type InviteValues = { readonly email: string; readonly role: ProjectRole };

/** From the least to the most: what is not thought about gives least. */
const rolesUpwards = [...PROJECT_ROLES].reverse();

/** Makes an invitation, then shows its link for copying. */
export function InviteForm({ projectId, onClose }: { readonly projectId: string; readonly onClose: () => void }) {
  const texts = useMembersTexts();
  const draft = useDraft<InviteValues>({ email: '', role: 'viewer' });
  const [made, setMade] = useState<CreatedInvitation | null>(null);
  const save = useChange(
    ({ email, role }: InviteValues) =>
      request<CreatedInvitation>('POST', `/projects/${projectId}/invitations`, {
        email: email.trim() === '' ? null : email.trim(),
        role,
      }),
    [invitationsQuery(projectId).queryKey],
  );
  if (made !== null) {
    return (
      <ShownSecret
        secret={globalThis.location.origin + made.path}
        title={texts.linkTitle}
        text={texts.linkText(LIMITS.counts.invitationDays)}
        note={made.isMailed && made.email !== null ? texts.linkMailed(made.email) : null}
        copyLabel={texts.copyLink}
        onClose={onClose}
      />
    );
  }
  return (
    <FormDialog
      isNew
      draft={draft}
      saving={save}
      title={texts.inviteTitle}
      action={texts.inviteButton}
      onClose={onClose}
      onSaved={setMade}
    >
      <TextField
        name="email"
        label={texts.email}
        description={texts.emailHint}
        type="email"
        autoComplete="off"
        maxLength={LIMITS.characters.email}
        data-autofocus
        value={draft.values.email}
        onChange={(email) => draft.change({ email })}
      />
      <Select
        label={texts.role}
        description={texts.rights[draft.values.role]}
        data={rolesUpwards.map((value) => ({ value, label: texts.roles[value] }))}
        value={draft.values.role}
        allowDeselect={false}
        onChange={(value) => draft.change({ role: PROJECT_ROLES.find((known) => known === value) ?? 'viewer' })}
      />
    </FormDialog>
  );
}
