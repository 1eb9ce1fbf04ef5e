import { shownName } from '@visavis/protocol';
import type { CallSnapshot, VisavisCall } from '@visavis/sdk';
import { inWords } from '@visavis/sdk/problem-words';
import { useState } from 'react';
import type { TalkAvatar } from '../../api/talk-page.ts';
import { useTalkTexts } from '../../i18n/talk-texts.ts';
import { shortName } from './avatar-picture.tsx';
import { CallControls } from './call-controls.tsx';
import { switchedCaptions, useCallPreferences } from './call-preferences.ts';
import { CallTools } from './call-tools.tsx';
import classes from './call-view.module.css';
import { Captions } from './captions.tsx';
import { Composer } from './composer.tsx';
import { EndCard } from './end-card.tsx';
import { NoticeBar } from './notice-bar.tsx';
import { ShortcutSheet } from './shortcut-sheet.tsx';
import { Stage } from './stage.tsx';
import { useCallCamera } from './use-call-camera.ts';
import { useCallShortcuts } from './use-call-shortcuts.ts';
import { useDescription } from './use-description.ts';
import { usePushToTalkKey } from './use-push-to-talk.ts';

type CallViewProps = {
  readonly call: VisavisCall;
  readonly snapshot: CallSnapshot;
  readonly avatar: TalkAvatar;
  readonly isLink: boolean;
  readonly onCallAgain: () => void;
  readonly onLeave: () => void;
  readonly onPushToTalk: (enabled: boolean) => void;
};

/** A call from the first ring to its end: face, controls, captions, typing. */
export function CallView({ call, snapshot, avatar, isLink, onCallAgain, onLeave, onPushToTalk }: CallViewProps) {
  const { call: texts, problems } = useTalkTexts();
  const ended = snapshot.state === 'ended';
  const { microphone } = snapshot;
  const [preferences, change] = useCallPreferences();
  const { captions, hasShortcuts } = preferences;
  const [helpOpen, setHelpOpen] = useState(false);
  const switchCaptions = () => change({ captions: switchedCaptions(preferences) });
  usePushToTalkKey(call, microphone.state === 'on' && microphone.pushToTalk && !ended);
  useCallShortcuts({
    call: hasShortcuts && !ended ? call : null,
    onCaptions: switchCaptions,
    onHelp: () => setHelpOpen(true),
  });
  const { camera, state: picture } = useCallCamera(call, snapshot);
  const deaf = snapshot.info?.hears === false;
  return (
    <main className={classes.call} data-captions={captions}>
      <h1 className="visually-hidden">{texts.title(shownName(avatar.name))}</h1>
      <Stage call={call} snapshot={snapshot} avatar={avatar} own={ended ? null : picture.stream}>
        {ended ? null : (
          <CallControls
            call={call}
            microphone={microphone}
            deaf={deaf}
            camera={snapshot.info?.sees === true ? picture.state : null}
            onCamera={() => (picture.state === 'off' ? void camera.start() : camera.stop())}
            hasCaptions={captions !== 'off'}
            onCaptions={switchCaptions}
            onPushToTalk={onPushToTalk}
          />
        )}
      </Stage>
      <section className={classes.panel} aria-label={texts.conversation}>
        <About avatar={avatar} />
        <Captions captions={snapshot.captions} avatarName={shownName(avatar.name)} size={captions} ended={ended} />
        {snapshot.notice && !ended && (
          <NoticeBar
            problem={snapshot.notice}
            onRetry={snapshot.notice.code.startsWith('microphone') ? () => void call.startMicrophone() : null}
            onDismiss={() => call.dismissNotice()}
          />
        )}
        {picture.problem && !ended && (
          <NoticeBar
            problem={inWords(picture.problem, problems)}
            onRetry={() => void camera.start()}
            onDismiss={() => camera.dismissProblem()}
          />
        )}
        {deaf && !ended && <p className={classes.hint}>{texts.deaf(shownName(avatar.name))}</p>}
        {ended ? (
          <EndCard
            call={call}
            snapshot={snapshot}
            avatar={avatar}
            isLink={isLink}
            onCallAgain={onCallAgain}
            onLeave={onLeave}
          />
        ) : (
          <>
            <Composer
              disabled={!snapshot.ready}
              avatarName={shortName(avatar)}
              onSend={(text) => {
                if (text.trim() !== '') camera.show(call);
                return call.sendText(text);
              }}
              onStop={snapshot.activity === 'speaking' ? () => call.interrupt() : null}
            />
            <CallTools call={call} snapshot={snapshot} onHelp={() => setHelpOpen(true)} />
          </>
        )}
      </section>
      <ShortcutSheet opened={helpOpen} onClose={() => setHelpOpen(false)} />
    </main>
  );
}

/** Who it is, at the head of a column that has the room. */
function About({ avatar }: { readonly avatar: TalkAvatar }) {
  const description = useDescription(avatar);
  const title = avatar.title === shownName(avatar.name) ? '' : avatar.title;
  return (
    <div className={classes.about}>
      <p className={classes.name}>{shownName(avatar.name)}</p>
      {title && <p>{title}</p>}
      {description && <p>{description}</p>}
    </div>
  );
}
