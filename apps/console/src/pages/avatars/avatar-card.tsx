import { Alert, Badge, Button, Checkbox, Progress } from '@mantine/core';
import { shownName } from '@visavis/protocol';
import type { Avatar } from '@visavis/protocol/rest';
import { useState } from 'react';
import { request } from '../../api/client.ts';
import { avatarsQuery, useChange } from '../../api/queries.ts';
import { avatarAddress, playgroundAddress } from '../../app/addresses.ts';
import { Link } from '../../app/link.tsx';
import { useMay } from '../../app/role.tsx';
import classes from '../../components/console.module.css';
import { languageName } from '../../components/language-names.ts';
import { Problem } from '../../components/page.tsx';
import { useTexts } from '../../i18n/language.tsx';
import { useLanguage } from '../../i18n/language-choice.tsx';
import { useServerTexts } from '../../i18n/server-texts.ts';
import { AvatarMenu } from './avatar-menu.tsx';
import { StopMaking } from './delete-avatar.tsx';
import own from './gallery.module.css';
import { makingText } from './making-text.ts';
import { Picture } from './picture.tsx';
import { useVoiceWords } from './use-voices.ts';

export type CardActions = {
  readonly onCopy: (avatar: Avatar) => void;
  readonly onOtherPhoto: (avatar: Avatar) => void;
  readonly onDelete: (avatar: Avatar) => void;
  /** Null where avatars cannot be selected. */
  readonly onSelect: ((avatar: Avatar) => void) | null;
};

type AvatarCardProps = CardActions & {
  readonly projectId: string;
  readonly avatar: Avatar;
  readonly isSelected: boolean;
};

/** An avatar in the gallery, as a card or a row; it moves while the pointer or the focus is on it. */
export function AvatarCard(props: AvatarCardProps) {
  const { projectId, avatar, isSelected, onSelect } = props;
  const texts = useTexts();
  const [live, setLive] = useState(false);
  const mayChange = useMay('editor');
  const { ofMaking } = useServerTexts();
  const { name, title, voice, speaker, language, state, notice } = avatar;
  const { shortLabelOf } = useVoiceWords();
  const spoken = languageName(language, useLanguage().language);
  const facts = [title === shownName(name) ? '' : title, shortLabelOf(speaker, voice), spoken];
  return (
    <article
      className={own.card}
      aria-label={shownName(name)}
      data-selected={isSelected}
      onPointerEnter={() => setLive(true)}
      onPointerLeave={() => setLive(false)}
      onFocus={() => setLive(true)}
      onBlur={() => setLive(false)}
    >
      <Picture avatar={avatar} live={live} />
      {onSelect !== null && state !== 'making' && (
        <Checkbox
          className={own.select ?? ''}
          aria-label={texts.gallery.select(shownName(name))}
          checked={isSelected}
          onChange={() => onSelect(avatar)}
        />
      )}
      <div className={own.body}>
        <h3>
          {shownName(name)}{' '}
          {state !== 'ready' && (
            <Badge color={state === 'failed' ? 'red' : 'gray'} variant="light">
              {texts.avatars[state]}
            </Badge>
          )}
        </h3>
        {state === 'ready' && <p>{facts.filter((part) => part !== '').join(' · ')}</p>}
        {state === 'making' && <Making avatar={avatar} />}
        {state === 'failed' && <Alert color="red">{ofMaking(avatar)}</Alert>}
        {notice !== null && (
          <p className={own.notice} role="note">
            {texts.gallery.notices[notice.code]}{' '}
            <Link
              href={avatarAddress(projectId, avatar.avatarId)}
              aria-label={texts.common.labelled(texts.gallery.why, name)}
            >
              {texts.gallery.why}
            </Link>
          </p>
        )}
        {state === 'ready' && <ReadyActions {...props} />}
        {state === 'failed' && mayChange && <FailedActions {...props} />}
        {state === 'making' && mayChange && (
          <div className={classes.actions}>
            <StopMaking projectId={projectId} avatar={avatar} />
          </div>
        )}
      </div>
    </article>
  );
}

function ReadyActions(props: AvatarCardProps) {
  const { projectId, avatar, onCopy } = props;
  const { avatars: texts, common, gallery } = useTexts();
  const mayChange = useMay('editor');
  const name = shownName(avatar.name);
  const settings = mayChange ? texts.edit : gallery.settings;
  return (
    <div className={classes.actions}>
      <Button
        component={Link}
        href={playgroundAddress(projectId, avatar.avatarId)}
        size="xs"
        aria-label={common.labelled(texts.talk, name)}
      >
        {texts.talk}
      </Button>
      {avatar.isSystem && mayChange && (
        <Button
          size="xs"
          variant="default"
          onClick={() => onCopy(avatar)}
          aria-label={common.labelled(texts.copyAvatar, name)}
        >
          {texts.copyAvatar}
        </Button>
      )}
      {!avatar.isSystem && (
        <Button
          component={Link}
          href={avatarAddress(projectId, avatar.avatarId)}
          size="xs"
          variant="default"
          aria-label={common.labelled(settings, name)}
        >
          {settings}
        </Button>
      )}
      {(avatar.isSystem || mayChange) && <AvatarMenu {...props} />}
    </div>
  );
}

function Making({ avatar }: { readonly avatar: Avatar }) {
  const texts = useTexts();
  const { ofStep } = useServerTexts();
  const job = avatar.job && { ...avatar.job, step: ofStep(avatar.job.step) };
  const percent = Math.floor((job?.progress ?? 0) * 100);
  return (
    <div className={own.making}>
      <Progress value={percent} aria-label={texts.common.labelled(texts.avatars.making, avatar.name)} />
      <p>{makingText(job, { waiting: texts.avatars.waiting, starting: texts.making.starting })}</p>
    </div>
  );
}

function FailedActions(props: AvatarCardProps) {
  const { projectId, avatar, onOtherPhoto } = props;
  const texts = useTexts();
  const retry = useChange(
    () => request<Avatar>('POST', `/projects/${projectId}/avatars/${avatar.avatarId}/retry`),
    [avatarsQuery(projectId).queryKey],
  );
  return (
    <>
      <Problem error={retry.error} />
      <div className={classes.actions}>
        <Button
          size="xs"
          onClick={() => onOtherPhoto(avatar)}
          aria-label={texts.common.labelled(texts.making.otherPhoto, avatar.name)}
        >
          {texts.making.otherPhoto}
        </Button>
        <Button
          size="xs"
          variant="default"
          loading={retry.isPending}
          aria-label={texts.common.labelled(texts.avatars.retry, avatar.name)}
          onClick={() => retry.mutate(undefined)}
        >
          {texts.avatars.retry}
        </Button>
        <AvatarMenu {...props} />
      </div>
    </>
  );
}
