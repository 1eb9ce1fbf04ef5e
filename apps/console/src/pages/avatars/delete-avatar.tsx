import { Button } from '@mantine/core';
import type { Avatar } from '@visavis/protocol/rest';
import { useState } from 'react';
import { Confirm } from '../../components/confirm.tsx';
import { DeleteButton } from '../../components/delete-button.tsx';
import { useTexts } from '../../i18n/language.tsx';
import { useBin } from './use-bin.ts';

type DeleteAvatarProps = {
  readonly projectId: string;
  readonly avatar: Avatar;
  readonly onDeleted: () => void;
};

/** The button that puts an avatar into the bin; it can be undone, so nothing is asked. */
export function DeleteAvatar({ projectId, avatar, onDeleted }: DeleteAvatarProps) {
  const { put } = useBin(projectId);
  return (
    <DeleteButton
      name={avatar.name}
      loading={put.isPending}
      onClick={() => put.mutate([avatar], { onSuccess: onDeleted })}
    />
  );
}

type StopMakingProps = Omit<DeleteAvatarProps, 'onDeleted'>;

/** The button that ends the making of an avatar, with the question before it: nothing is left of what is not made. */
export function StopMaking({ projectId, avatar }: StopMakingProps) {
  const texts = useTexts();
  const [asked, setAsked] = useState(false);
  const { put } = useBin(projectId, { isAskedFirst: true });
  return (
    <>
      <Button
        size="xs"
        variant="subtle"
        color="red"
        onClick={() => setAsked(true)}
        aria-label={texts.common.labelled(texts.avatars.stopMaking, avatar.name)}
      >
        {texts.avatars.stopMaking}
      </Button>
      <Confirm
        opened={asked}
        title={texts.making.stopTitle(avatar.name)}
        text={texts.making.stopText}
        action={texts.making.stop}
        change={put}
        onClose={() => setAsked(false)}
        onConfirm={() => put.mutate([avatar], { onSuccess: () => setAsked(false) })}
      />
    </>
  );
}
