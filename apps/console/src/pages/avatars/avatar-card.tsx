import { Alert, Badge, Button, Progress } from '@mantine/core';
import type { Avatar } from '@visavis/protocol/rest';
import { useState } from 'react';
import { request } from '../../api/client.ts';
import { avatarsQuery, useChange } from '../../api/queries.ts';
import { avatarAddress, playgroundAddress } from '../../app/addresses.ts';
import { Link } from '../../app/link.tsx';
import classes from '../../components/console.module.css';
import { Problem } from '../../components/page.tsx';
import { useTexts } from '../../i18n/language.tsx';
import own from './avatars-page.module.css';
import { DeleteAvatar } from './delete-avatar.tsx';
import { Picture, shownName } from './picture.tsx';

type AvatarCardProps = { readonly projectId: string; readonly avatar: Avatar; readonly onCopy: () => void };

/** An avatar in the gallery; it moves while the pointer or the focus is on it. */
export function AvatarCard({ projectId, avatar, onCopy }: AvatarCardProps) {
  const texts = useTexts();
  const [live, setLive] = useState(false);
  const { isSystem, name, title, voice, language, state } = avatar;
  const facts = [title === shownName(name) ? '' : title, voice, language].filter((part) => part !== '');
  return (
    <article
      className={own.card}
      aria-label={shownName(name)}
      onPointerEnter={() => setLive(true)}
      onPointerLeave={() => setLive(false)}
      onFocus={() => setLive(true)}
      onBlur={() => setLive(false)}
    >
      <Picture avatar={avatar} live={live} />
      <div className={own.body}>
        <h3>
          {shownName(name)}{' '}
          {state !== 'ready' && (
            <Badge color={state === 'failed' ? 'red' : 'gray'} variant="light">
              {texts.avatars[state]}
            </Badge>
          )}
        </h3>
        {state === 'ready' && <p>{facts.join(' · ')}</p>}
        {state === 'making' && <Making avatar={avatar} />}
        {state === 'failed' && <Failed projectId={projectId} avatar={avatar} />}
        <div className={classes.actions}>
          {state === 'ready' && <ReadyActions projectId={projectId} avatar={avatar} onCopy={onCopy} />}
          {!isSystem && <DeleteAvatar projectId={projectId} avatar={avatar} size="xs" />}
        </div>
      </div>
    </article>
  );
}

function ReadyActions({ projectId, avatar, onCopy }: AvatarCardProps) {
  const texts = useTexts().avatars;
  const name = shownName(avatar.name);
  const open = avatar.isSystem ? texts.embedShort : texts.edit;
  const copy = avatar.isSystem ? texts.copyAvatar : texts.duplicate;
  return (
    <>
      <Button
        component={Link}
        href={playgroundAddress(projectId, avatar.avatarId)}
        size="xs"
        aria-label={`${texts.talk}: ${name}`}
      >
        {texts.talk}
      </Button>
      <Button
        component={Link}
        href={avatarAddress(projectId, avatar.avatarId)}
        size="xs"
        variant="default"
        aria-label={`${open}: ${name}`}
      >
        {open}
      </Button>
      <Button size="xs" variant="default" onClick={onCopy} aria-label={`${copy}: ${name}`}>
        {copy}
      </Button>
    </>
  );
}

function Making({ avatar }: { readonly avatar: Avatar }) {
  const texts = useTexts().avatars;
  const percent = Math.floor((avatar.job?.progress ?? 0) * 100);
  return (
    <div className={own.making}>
      <Progress value={percent} aria-label={`${texts.making}: ${avatar.name}`} />
      <p role="status">{avatar.job === null ? texts.waiting : `${percent} % · ${avatar.job.step}`}</p>
    </div>
  );
}

function Failed({ projectId, avatar }: { readonly projectId: string; readonly avatar: Avatar }) {
  const texts = useTexts().avatars;
  const retry = useChange(
    () => request<Avatar>('POST', `/projects/${projectId}/avatars/${avatar.avatarId}/retry`),
    [avatarsQuery(projectId).queryKey],
  );
  return (
    <div className={own.making}>
      <Alert color="red" variant="light">
        {avatar.stateDetail}
      </Alert>
      <p>{texts.failedAdvice}</p>
      <Problem error={retry.error} />
      <Button size="xs" variant="default" loading={retry.isPending} onClick={() => retry.mutate(undefined)}>
        {texts.retry}
      </Button>
    </div>
  );
}
