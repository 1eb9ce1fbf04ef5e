import { Button, TextInput } from '@mantine/core';
import { shownName } from '@visavis/protocol';
import type { KeyboardEvent } from 'react';
import { isStarting, type TalkAvatar, type TalkPageData } from '../../api/talk-page.ts';
import { KeyboardIcon, MicrophoneIcon, SpeakerIcon } from '../../components/icons.tsx';
import { useTalkTexts } from '../../i18n/talk-texts.ts';
import { AvatarGallery } from './avatar-gallery.tsx';
import { AvatarPicture, longName } from './avatar-picture.tsx';
import { BrainNote } from './brain-note.tsx';
import classes from './lobby.module.css';
import { useDescription } from './use-description.ts';

type LobbyProps = {
  readonly data: TalkPageData;
  readonly avatar: TalkAvatar;
  readonly license: string | null;
  readonly ownLicense: string;
  readonly onOwnLicense: (license: string) => void;
  readonly onChoose: (avatarId: string) => void;
  readonly onTalk: (microphone: 'auto' | 'manual') => void;
  readonly onCheckSound: () => void;
  /** The button was pressed, and what carries the call is on its way. */
  readonly isOpening: boolean;
};

/** Before a call: who to talk with, and one big button. */
export function Lobby(props: LobbyProps) {
  const texts = useTalkTexts().lobby;
  const description = useDescription(props.avatar);
  const { data, avatar, license } = props;
  const hears = data.voice.hears || isStarting(data);
  const title = avatar.title === shownName(avatar.name) ? '' : avatar.title;
  const start = () => props.onTalk(hears ? 'auto' : 'manual');
  const startOnEnter = ({ key, target }: KeyboardEvent) => {
    if (key === 'Enter' && target instanceof HTMLInputElement && target.type === 'radio') start();
  };
  return (
    <main className={classes.lobby}>
      <div className={classes.portrait}>
        <AvatarPicture key={avatar.avatarId} avatar={avatar} />
      </div>
      <div className={classes.side}>
        <div className={classes.intro}>
          <p className={classes.kicker}>{texts.kicker}</p>
          <h1 data-long={shownName(avatar.name).length > longName}>{shownName(avatar.name)}</h1>
          {title && <p className={classes.title}>{title}</p>}
          {description && <p className={classes.description}>{description}</p>}
        </div>
        {/* biome-ignore lint/a11y/noStaticElementInteractions: Enter on a chosen avatar presses the button below. */}
        <div onKeyDown={startOnEnter}>
          <AvatarGallery avatars={data.avatars} chosenId={avatar.avatarId} onChoose={props.onChoose} />
        </div>
        {avatar.isDemonstration && <BrainNote found={data.foundModels ?? []} />}
        {data.demoLicense === null && (
          <TextInput
            label={texts.license}
            description={texts.licenseHint}
            value={props.ownLicense}
            onChange={(event) => props.onOwnLicense(event.currentTarget.value)}
            autoComplete="off"
            spellCheck={false}
          />
        )}
        <div className={classes.actions}>
          <Button
            size="xl"
            radius="xl"
            className={classes.start}
            loading={props.isOpening}
            leftSection={hears ? <MicrophoneIcon /> : <KeyboardIcon />}
            disabled={license === null}
            onClick={start}
          >
            {texts.start}
          </Button>
          <Button
            className={classes.check ?? ''}
            variant="subtle"
            radius="xl"
            px="sm"
            leftSection={<SpeakerIcon size={20} />}
            onClick={props.onCheckSound}
          >
            {texts.checkSound}
          </Button>
          {hears ? (
            <Button
              variant="subtle"
              radius="xl"
              px="sm"
              disabled={license === null}
              onClick={() => props.onTalk('manual')}
            >
              {texts.startSilent}
            </Button>
          ) : (
            <p className={classes.hint}>{texts.deaf(shownName(avatar.name))}</p>
          )}
        </div>
      </div>
    </main>
  );
}
