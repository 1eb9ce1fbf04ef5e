import { Button } from '@mantine/core';
import { useDocumentTitle } from '@mantine/hooks';
import { findWanted, readTalkAddress, shownName, withoutAvatar } from '@visavis/protocol';
import type { CallSnapshot } from '@visavis/sdk';
import { useState } from 'react';
import type { TalkAvatar } from '../../api/talk-page.ts';
import type { TalkTexts } from '../../i18n/en/talk.ts';
import { useTalkTexts } from '../../i18n/talk-texts.ts';
import { Lobby } from './lobby.tsx';
import { Message } from './message.tsx';
import { TalkHeader } from './talk-header.tsx';
import type { TalkOffer } from './talk-link.ts';
import { CallView, SettingsDrawer, usePartsOnTheirWay } from './talk-parts.tsx';
import classes from './talk-room.module.css';
import { useTalkSettings } from './talk-settings.ts';
import { useCall } from './use-call.ts';
import { inVisitorWords } from './visitor-words.ts';

/** A link may bring a licence, besides the avatar: `/?avatar=…&license=…`. */
const link = new URLSearchParams(globalThis.location.search);

type TalkRoomProps = {
  readonly data: TalkOffer;
  /** Told when somebody comes back to choose: what is offered may have changed. */
  readonly onChoosing: () => void;
};

/** The lobby until a call begins, then the call. */
export function TalkRoom({ data, onChoosing }: TalkRoomProps) {
  const texts = useTalkTexts();
  const [settings, changeSettings] = useTalkSettings(data.isLink);
  const [ownLicense, setOwnLicense] = useState(link.get('license') ?? '');
  const [microphone, setMicrophone] = useState<'auto' | 'manual'>('auto');
  /** The settings that the running call was given. */
  const [inForce, setInForce] = useState(settings);
  /** Null until they are first opened. */
  const [settingsOpen, setSettingsOpen] = useState<boolean | null>(null);
  const { call, snapshot, start, leave, isOpening } = useCall();
  usePartsOnTheirWay();
  /** The avatar that the address names; null once a person has chosen. */
  const [linked, setLinked] = useState(() => readTalkAddress(globalThis.location)?.avatar ?? null);
  const choose = (avatarId: string | null) => {
    setLinked(null);
    globalThis.history.replaceState(null, '', withoutAvatar(globalThis.location));
    if (avatarId !== null) changeSettings({ avatarId });
  };
  const kept = data.avatars.find(({ avatarId }) => avatarId === settings.avatarId) ?? data.avatars[0];
  const avatar = linked === null ? kept : findWanted(data.avatars, linked);
  const license = ownLicense.trim() || data.demoLicense;
  useDocumentTitle(avatar ? `${shownName(avatar.name)} · Visavis` : 'Visavis');
  if (avatar === undefined) {
    return (
      <div className={classes.room}>
        <TalkHeader version={data.version} />
        <main className={classes.nobody}>
          <Message title={texts.page.unknownTitle(linked ?? '')} advice={texts.page.unknownAdvice}>
            <Button onClick={() => choose(null)}>{texts.page.whoIsHere}</Button>
          </Message>
        </main>
      </div>
    );
  }

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
      <TalkHeader version={data.version} isInCall={call !== null} onOpenSettings={() => setSettingsOpen(true)} />
      {call !== null && snapshot !== null ? (
        <CallView
          call={call}
          snapshot={license === data.demoLicense ? forVisitors(snapshot, avatar, data, texts) : snapshot}
          avatar={avatar}
          isLink={data.isLink}
          onCallAgain={() => talk(microphone)}
          onLeave={() => {
            onChoosing();
            leave();
          }}
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
          onChoose={choose}
          onTalk={talk}
          onCheckSound={() => setSettingsOpen(true)}
          isOpening={isOpening}
        />
      )}
      <SettingsDrawer
        isWanted={settingsOpen !== null}
        opened={settingsOpen === true}
        onClose={() => {
          setSettingsOpen(false);
          if (call !== null && (settings.voice !== inForce.voice || settings.prompt !== inForce.prompt)) {
            call.configure({ voice: settings.voice, prompt: settings.prompt });
            setInForce(settings);
          }
        }}
        voices={data.voices}
        avatar={avatar}
        isLink={data.isLink}
        settings={settings}
        call={snapshot?.state === 'ended' ? null : call}
        onChange={(change) => {
          changeSettings(change);
          if (change.pushToTalk !== undefined) call?.setPushToTalk(change.pushToTalk);
        }}
      />
    </div>
  );
}

function forVisitors(
  snapshot: CallSnapshot,
  avatar: TalkAvatar,
  { isLink }: TalkOffer,
  texts: TalkTexts,
): CallSnapshot {
  const { problem } = snapshot;
  if (problem === null) return snapshot;
  return { ...snapshot, problem: inVisitorWords(problem, { avatarName: shownName(avatar.name), isLink, texts }) };
}
