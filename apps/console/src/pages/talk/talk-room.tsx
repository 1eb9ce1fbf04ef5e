import { useDocumentTitle } from '@mantine/hooks';
import { useState } from 'react';
import type { TalkPageData } from '../../api/talk-page.ts';
import { displayName } from './avatar-picture.tsx';
import { CallView } from './call-view.tsx';
import { Lobby } from './lobby.tsx';
import { SettingsDrawer } from './settings-drawer.tsx';
import { TalkHeader } from './talk-header.tsx';
import classes from './talk-room.module.css';
import { useTalkSettings } from './talk-settings.ts';
import { useCall } from './use-call.ts';

/** A link may choose the avatar and bring a licence: `/?avatarId=…&license=…`. */
const link = new URLSearchParams(globalThis.location.search);

/** The lobby until a call begins, then the call. */
export function TalkRoom({ data }: { readonly data: TalkPageData }) {
  const [settings, changeSettings] = useTalkSettings();
  const [ownLicense, setOwnLicense] = useState(link.get('license') ?? '');
  const [microphone, setMicrophone] = useState<'auto' | 'manual'>('auto');
  /** The settings that the running call was given. */
  const [inForce, setInForce] = useState(settings);
  const [settingsOpen, setSettingsOpen] = useState(false);
  const { call, snapshot, start, leave } = useCall();
  const wanted = settings.avatarId ?? link.get('avatarId');
  const avatar = data.avatars.find(({ avatarId }) => avatarId === wanted) ?? data.avatars[0];
  const license = ownLicense.trim() || data.demoLicense;
  useDocumentTitle(snapshot && avatar ? `${displayName(avatar)} · Visavis` : 'Visavis');
  if (avatar === undefined) return null;

  const talk = (wish: 'auto' | 'manual') => {
    if (license === null) return;
    setMicrophone(wish);
    setInForce(settings);
    start(
      {
        license,
        avatarId: avatar.avatarId,
        config: { voice: settings.voice, prompt: settings.prompt },
        microphone: wish,
      },
      (next) => next.setPushToTalk(settings.pushToTalk),
    );
  };

  return (
    <div className={classes.room}>
      <TalkHeader version={data.version} onOpenSettings={() => setSettingsOpen(true)} />
      {call !== null && snapshot !== null ? (
        <CallView
          call={call}
          snapshot={snapshot}
          avatar={avatar}
          onCallAgain={() => talk(microphone)}
          onLeave={leave}
          onPushToTalk={(pushToTalk) => {
            changeSettings({ pushToTalk });
            call.setPushToTalk(pushToTalk);
          }}
        />
      ) : (
        <Lobby
          data={data}
          avatar={avatar}
          license={license}
          ownLicense={ownLicense}
          onOwnLicense={setOwnLicense}
          onChoose={(avatarId) => changeSettings({ avatarId })}
          onTalk={talk}
        />
      )}
      <SettingsDrawer
        opened={settingsOpen}
        onClose={() => {
          setSettingsOpen(false);
          if (call !== null && (settings.voice !== inForce.voice || settings.prompt !== inForce.prompt)) {
            call.configure({ voice: settings.voice, prompt: settings.prompt });
            setInForce(settings);
          }
        }}
        voices={data.voices}
        avatar={avatar}
        settings={settings}
        onChange={(change) => {
          changeSettings(change);
          if (change.pushToTalk !== undefined) call?.setPushToTalk(change.pushToTalk);
        }}
      />
    </div>
  );
}
