import { ActionIcon, Menu } from '@mantine/core';
import { shownName } from '@visavis/protocol';
import type { Avatar } from '@visavis/protocol/rest';
import { avatarAddress } from '../../app/addresses.ts';
import { navigate } from '../../app/router.ts';
import { MoreIcon } from '../../components/icons.tsx';
import { useTexts } from '../../i18n/language.tsx';
import own from './gallery.module.css';

type AvatarMenuProps = {
  readonly projectId: string;
  readonly avatar: Avatar;
  readonly onCopy: (avatar: Avatar) => void;
  readonly onDelete: (avatar: Avatar) => void;
};

/** What is done with an avatar now and then. */
export function AvatarMenu({ projectId, avatar, onCopy, onDelete }: AvatarMenuProps) {
  const texts = useTexts();
  const open = () => navigate(avatarAddress(projectId, avatar.avatarId));
  return (
    <Menu position="bottom-end" withinPortal>
      <Menu.Target>
        <ActionIcon variant="default" size={30} aria-label={texts.gallery.more(shownName(avatar.name))}>
          <MoreIcon size={18} />
        </ActionIcon>
      </Menu.Target>
      <Menu.Dropdown>
        {avatar.isSystem && <Menu.Item onClick={open}>{texts.avatars.embedShort}</Menu.Item>}
        {!avatar.isSystem && avatar.state === 'ready' && (
          <Menu.Item onClick={() => onCopy(avatar)}>{texts.avatars.duplicate}</Menu.Item>
        )}
        {!avatar.isSystem && avatar.state === 'failed' && (
          <Menu.Item onClick={open}>{texts.gallery.settings}</Menu.Item>
        )}
        {!avatar.isSystem && (
          <Menu.Item className={own.danger ?? ''} onClick={() => onDelete(avatar)}>
            {texts.common.delete}
          </Menu.Item>
        )}
      </Menu.Dropdown>
    </Menu>
  );
}
