import { TextInput } from '@mantine/core';
import { shownName } from '@visavis/protocol';
import { useState } from 'react';
import type { TalkAvatar } from '../../api/talk-page.ts';
import { CheckIcon, ChevronIcon } from '../../components/icons.tsx';
import { useTalkTexts } from '../../i18n/talk-texts.ts';
import classes from './avatar-gallery.module.css';
import { AvatarPicture } from './avatar-picture.tsx';
import { foundAvatars, searchedFrom } from './found-avatars.ts';
import { useScrollEdges } from './use-scroll-edges.ts';

type GalleryProps = {
  readonly avatars: readonly TalkAvatar[];
  readonly chosenId: string;
  readonly onChoose: (avatarId: string) => void;
};

/** A radio group: arrow keys move through the avatars. Many are searched, and what goes on behind an edge is shown there. */
export function AvatarGallery({ avatars, chosenId, onChoose }: GalleryProps) {
  const texts = useTalkTexts().lobby;
  const [text, setText] = useState('');
  const shown = foundAvatars(avatars, text);
  const { frame, edges, look, go } = useScrollEdges<HTMLFieldSetElement>(shown.length);
  return (
    <div className={classes.chooser}>
      {avatars.length >= searchedFrom && (
        <TextInput
          type="search"
          size="xs"
          radius="xl"
          aria-label={texts.search}
          placeholder={texts.search}
          maxLength={100}
          value={text}
          onChange={(event) => setText(event.currentTarget.value)}
        />
      )}
      {shown.length === 0 && (
        <p className={classes.nobody} role="status">
          {texts.nobodyFound}
        </p>
      )}
      <div className={classes.window} data-axis={edges.axis} data-before={edges.before} data-after={edges.after}>
        <fieldset ref={frame} className={classes.gallery} onScroll={look}>
          <legend className="visually-hidden">{texts.choose}</legend>
          {shown.map((avatar) => (
            <Choice
              key={avatar.avatarId}
              avatar={avatar}
              isChosen={avatar.avatarId === chosenId}
              onChoose={() => onChoose(avatar.avatarId)}
            />
          ))}
        </fieldset>
        {(['before', 'after'] as const)
          .filter((side) => edges[side])
          .map((side) => (
            <button
              key={side}
              type="button"
              className={classes.arrow}
              data-side={side}
              aria-label={texts[side]}
              onClick={() => go(side === 'before' ? -1 : 1)}
            >
              <ChevronIcon size={18} />
            </button>
          ))}
      </div>
    </div>
  );
}

type ChoiceProps = { readonly avatar: TalkAvatar; readonly isChosen: boolean; readonly onChoose: () => void };

function Choice({ avatar, isChosen, onChoose }: ChoiceProps) {
  return (
    <label className={classes.card}>
      <input className={classes.radio} type="radio" name="avatar" checked={isChosen} onChange={onChoose} />
      <span className={classes.frame}>
        <AvatarPicture avatar={avatar} />
        <span className={classes.check}>
          <CheckIcon size={14} />
        </span>
      </span>
      <span className={classes.name}>{shownName(avatar.name)}</span>
      {avatar.title && avatar.title !== shownName(avatar.name) && (
        <span className="visually-hidden">, {avatar.title}</span>
      )}
    </label>
  );
}
