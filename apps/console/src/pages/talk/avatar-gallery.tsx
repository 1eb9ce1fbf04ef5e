import type { TalkAvatar } from '../../api/talk-page.ts';
import { CheckIcon } from '../../components/icons.tsx';
import { useTalkTexts } from '../../i18n/talk-texts.ts';
import classes from './avatar-gallery.module.css';
import { AvatarPicture, displayName } from './avatar-picture.tsx';

type GalleryProps = {
  readonly avatars: readonly TalkAvatar[];
  readonly chosenId: string;
  readonly onChoose: (avatarId: string) => void;
};

/** A radio group: arrow keys move through the avatars. */
export function AvatarGallery({ avatars, chosenId, onChoose }: GalleryProps) {
  const texts = useTalkTexts().lobby;
  return (
    <fieldset className={classes.gallery}>
      <legend className="visually-hidden">{texts.choose}</legend>
      {avatars.map((avatar) => (
        <label key={avatar.avatarId} className={classes.card}>
          <input
            className={classes.radio}
            type="radio"
            name="avatar"
            checked={avatar.avatarId === chosenId}
            onChange={() => onChoose(avatar.avatarId)}
          />
          <span className={classes.frame}>
            <AvatarPicture avatar={avatar} />
            <span className={classes.check}>
              <CheckIcon size={14} />
            </span>
          </span>
          <span className={classes.name}>{displayName(avatar)}</span>
          {avatar.title && avatar.title !== displayName(avatar) && (
            <span className="visually-hidden">, {avatar.title}</span>
          )}
        </label>
      ))}
    </fieldset>
  );
}
