import { Button, type ButtonProps } from '@mantine/core';
import type { Avatar } from '@visavis/protocol/rest';
import { useState } from 'react';
import { request } from '../../api/client.ts';
import { avatarsQuery, useChange } from '../../api/queries.ts';
import { Confirm } from '../../components/confirm.tsx';
import { useTexts } from '../../i18n/language.tsx';

type DeleteAvatarProps = Pick<ButtonProps, 'size'> & {
  readonly projectId: string;
  readonly avatar: Avatar;
  readonly onDeleted?: () => void;
};

/** The button that deletes an avatar, with the question before it. */
export function DeleteAvatar({ projectId, avatar, onDeleted, size = 'sm' }: DeleteAvatarProps) {
  const texts = useTexts();
  const [asked, setAsked] = useState(false);
  const remove = useChange(
    () => request('DELETE', `/projects/${projectId}/avatars/${avatar.avatarId}`),
    [avatarsQuery(projectId).queryKey],
  );
  const action = avatar.state === 'making' ? texts.avatars.stopMaking : texts.common.delete;
  const done = () => {
    setAsked(false);
    onDeleted?.();
  };
  return (
    <>
      <Button
        size={size}
        variant="subtle"
        color="red"
        onClick={() => setAsked(true)}
        aria-label={`${action}: ${avatar.name}`}
      >
        {action}
      </Button>
      <Confirm
        opened={asked}
        title={texts.avatars.deleteTitle(avatar.name)}
        text={texts.avatars.deleteText}
        action={texts.common.delete}
        change={remove}
        onClose={() => setAsked(false)}
        onConfirm={() => remove.mutate(undefined, { onSuccess: done })}
      />
    </>
  );
}
