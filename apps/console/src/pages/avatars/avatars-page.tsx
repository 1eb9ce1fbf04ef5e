import { Badge, Button, Modal, TextInput } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import type { Avatar } from '@visavis/protocol/rest';
import { useState } from 'react';
import { request } from '../../api/client.ts';
import { avatarsQuery, useChange } from '../../api/queries.ts';
import { avatarAddress, playgroundAddress } from '../../app/addresses.ts';
import { Link } from '../../app/link.tsx';
import { navigate } from '../../app/router.ts';
import classes from '../../components/console.module.css';
import { EmptyState, Loaded, Page, Problem } from '../../components/page.tsx';
import { useTexts } from '../../i18n/language.tsx';
import own from './avatars-page.module.css';
import { Picture, shownName } from './picture.tsx';

export function AvatarsPage({ projectId }: { readonly projectId: string }) {
  const texts = useTexts();
  const avatars = useQuery(avatarsQuery(projectId));
  const [copied, setCopied] = useState<Avatar | null>(null);
  const gallery = (shown: readonly Avatar[]) => (
    <div className={classes.grid}>
      {shown.map((avatar) => (
        <AvatarCard key={avatar.avatarId} projectId={projectId} avatar={avatar} onCopy={() => setCopied(avatar)} />
      ))}
    </div>
  );
  return (
    <Page title={texts.avatars.title} intro={texts.avatars.intro}>
      <Loaded of={avatars}>
        {(all) => {
          const mine = all.filter(({ isSystem }) => !isSystem);
          return (
            <>
              <h2 className={classes.sectionTitle}>{texts.avatars.own}</h2>
              {mine.length === 0 ? (
                <EmptyState title={texts.avatars.emptyTitle} text={texts.avatars.emptyText} />
              ) : (
                gallery(mine)
              )}
              <h2 className={classes.sectionTitle}>{texts.avatars.builtIn}</h2>
              {gallery(all.filter(({ isSystem }) => isSystem))}
            </>
          );
        }}
      </Loaded>
      {copied !== null && <CopyForm projectId={projectId} avatar={copied} onClose={() => setCopied(null)} />}
    </Page>
  );
}

type AvatarCardProps = { readonly projectId: string; readonly avatar: Avatar; readonly onCopy: () => void };

function AvatarCard({ projectId, avatar, onCopy }: AvatarCardProps) {
  const texts = useTexts();
  const { avatarId, isSystem, name, title, voice, language, state, stateDetail } = avatar;
  return (
    <article className={own.card}>
      <Picture avatar={avatar} />
      <div className={own.body}>
        <h3>{shownName(name)}</h3>
        <p>
          {state === 'ready'
            ? [title === shownName(name) ? '' : title, voice, language].filter((part) => part !== '').join(' · ')
            : stateDetail}
          {state !== 'ready' && (
            <Badge color={state === 'failed' ? 'red' : 'gray'} variant="light">
              {texts.avatars[state]}
            </Badge>
          )}
        </p>
        <div className={classes.actions}>
          {state === 'ready' && (
            <Button
              component={Link}
              href={playgroundAddress(projectId, avatarId)}
              size="xs"
              aria-label={`${texts.avatars.talk}: ${shownName(name)}`}
            >
              {texts.avatars.talk}
            </Button>
          )}
          {!isSystem && (
            <Button
              component={Link}
              href={avatarAddress(projectId, avatarId)}
              size="xs"
              variant="default"
              aria-label={`${texts.avatars.edit}: ${name}`}
            >
              {texts.avatars.edit}
            </Button>
          )}
          <Button
            size="xs"
            variant="default"
            onClick={onCopy}
            aria-label={`${texts.avatars.copyAvatar}: ${shownName(name)}`}
          >
            {texts.avatars.copyAvatar}
          </Button>
        </div>
      </div>
    </article>
  );
}

type CopyFormProps = { readonly projectId: string; readonly avatar: Avatar; readonly onClose: () => void };

function CopyForm({ projectId, avatar, onClose }: CopyFormProps) {
  const texts = useTexts();
  const [name, setName] = useState('');
  const copy = useChange(
    () => request<Avatar>('POST', `/projects/${projectId}/avatars`, { fromAvatarId: avatar.avatarId, name }),
    [avatarsQuery(projectId).queryKey],
  );
  return (
    <Modal
      opened
      onClose={onClose}
      title={texts.avatars.copyTitle(shownName(avatar.name))}
      centered
      lockScroll={false}
      closeButtonProps={{ 'aria-label': texts.common.close }}
    >
      <form
        className={classes.stack}
        onSubmit={(event) => {
          event.preventDefault();
          copy.mutate(undefined, { onSuccess: ({ avatarId }) => navigate(avatarAddress(projectId, avatarId)) });
        }}
      >
        <TextInput
          label={texts.avatars.copyName}
          required
          withAsterisk={false}
          data-autofocus
          value={name}
          onChange={(event) => setName(event.currentTarget.value)}
        />
        <Problem error={copy.error} />
        <div className={classes.actions}>
          <Button type="submit" loading={copy.isPending}>
            {texts.avatars.copyAvatar}
          </Button>
          <Button variant="default" onClick={onClose}>
            {texts.common.cancel}
          </Button>
        </div>
      </form>
    </Modal>
  );
}
