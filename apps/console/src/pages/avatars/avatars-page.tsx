import { Button } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { LIMITS } from '@visavis/protocol';
import type { Avatar } from '@visavis/protocol/rest';
import { useState } from 'react';
import { request } from '../../api/client.ts';
import { avatarsQuery, useChange } from '../../api/queries.ts';
import { avatarAddress } from '../../app/addresses.ts';
import { navigate } from '../../app/router.ts';
import classes from '../../components/console.module.css';
import { useDraft } from '../../components/draft.ts';
import { TextField } from '../../components/fields.tsx';
import { FormDialog } from '../../components/form.tsx';
import { EmptyState, Loaded, Page } from '../../components/page.tsx';
import { useTexts } from '../../i18n/language.tsx';
import { AvatarCard } from './avatar-card.tsx';
import { NewAvatar } from './new-avatar.tsx';
import { shownName } from './picture.tsx';

const makingPollMs = 1_500;
const isInTheMaking = ({ state }: Avatar) => state === 'making';

export function AvatarsPage({ projectId }: { readonly projectId: string }) {
  const texts = useTexts();
  const avatars = useQuery({
    ...avatarsQuery(projectId),
    refetchInterval: ({ state }) => (state.data?.some(isInTheMaking) ? makingPollMs : false),
  });
  const [making, setMaking] = useState(false);
  const [copied, setCopied] = useState<Avatar | null>(null);
  const gallery = (shown: readonly Avatar[]) => (
    <div className={classes.grid}>
      {shown.map((avatar) => (
        <AvatarCard key={avatar.avatarId} projectId={projectId} avatar={avatar} onCopy={() => setCopied(avatar)} />
      ))}
    </div>
  );
  return (
    <Page
      title={texts.avatars.title}
      intro={texts.avatars.intro}
      actions={<Button onClick={() => setMaking(true)}>{texts.avatars.newAvatar}</Button>}
    >
      <Loaded of={avatars}>
        {(all) => {
          const mine = all.filter(({ isSystem }) => !isSystem);
          return (
            <>
              <h2 className={classes.sectionTitle}>{texts.avatars.own}</h2>
              {mine.length === 0 ? (
                <EmptyState title={texts.avatars.emptyTitle} text={texts.avatars.emptyText}>
                  <Button onClick={() => setMaking(true)}>{texts.avatars.newAvatar}</Button>
                </EmptyState>
              ) : (
                gallery(mine)
              )}
              <h2 className={classes.sectionTitle}>{texts.avatars.builtIn}</h2>
              {gallery(all.filter(({ isSystem }) => isSystem))}
            </>
          );
        }}
      </Loaded>
      {making && <NewAvatar projectId={projectId} onClose={() => setMaking(false)} />}
      {copied !== null && <CopyForm projectId={projectId} avatar={copied} onClose={() => setCopied(null)} />}
    </Page>
  );
}

type CopyFormProps = { readonly projectId: string; readonly avatar: Avatar; readonly onClose: () => void };

function CopyForm({ projectId, avatar, onClose }: CopyFormProps) {
  const texts = useTexts();
  const draft = useDraft({ name: '' });
  const copy = useChange(
    ({ name }: { name: string }) =>
      request<Avatar>('POST', `/projects/${projectId}/avatars`, { fromAvatarId: avatar.avatarId, name }),
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
        value={draft.values.name}
        onChange={(name) => draft.change({ name })}
      />
    </FormDialog>
  );
}
