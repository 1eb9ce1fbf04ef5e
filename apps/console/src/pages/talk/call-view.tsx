import type { CallSnapshot, VisavisCall } from '@visavis/sdk';
import type { TalkAvatar } from '../../api/talk-page.ts';
import { useTalkTexts } from '../../i18n/talk-texts.ts';
import { displayName, shortName } from './avatar-picture.tsx';
import { CallControls } from './call-controls.tsx';
import { CallQuality } from './call-quality.tsx';
import classes from './call-view.module.css';
import { Captions } from './captions.tsx';
import { Composer } from './composer.tsx';
import { EndCard } from './end-card.tsx';
import { NoticeBar } from './notice-bar.tsx';
import { Stage } from './stage.tsx';
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
  const texts = useTalkTexts().call;
  const ended = snapshot.state === 'ended';
  const { microphone } = snapshot;
  usePushToTalkKey(call, microphone.state === 'on' && microphone.pushToTalk && !ended);
  const deaf = snapshot.info?.hears === false;
  return (
    <main className={classes.call}>
      <h1 className="visually-hidden">{texts.title(displayName(avatar))}</h1>
      <Stage call={call} snapshot={snapshot} avatar={avatar}>
        {ended ? (
          <EndCard snapshot={snapshot} avatar={avatar} isLink={isLink} onCallAgain={onCallAgain} onLeave={onLeave} />
        ) : (
          <CallControls call={call} microphone={microphone} deaf={deaf} onPushToTalk={onPushToTalk} />
        )}
      </Stage>
      <section className={classes.panel} aria-label={texts.conversation}>
        <Captions captions={snapshot.captions} avatarName={displayName(avatar)} ended={ended} />
        {snapshot.notice && !ended && (
          <NoticeBar
            problem={snapshot.notice}
            onRetry={snapshot.notice.code.startsWith('microphone') ? () => void call.startMicrophone() : null}
            onDismiss={() => call.dismissNotice()}
          />
        )}
        {deaf && !ended && <p className={classes.hint}>{texts.deaf(displayName(avatar))}</p>}
        {!ended && (
          <>
            <Composer
              disabled={!snapshot.ready}
              avatarName={shortName(avatar)}
              onSend={(text) => call.sendText(text)}
              onStop={snapshot.activity === 'speaking' ? () => call.interrupt() : null}
            />
            <CallQuality call={call} snapshot={snapshot} />
          </>
        )}
      </section>
    </main>
  );
}
