import { Button } from '@mantine/core';
import type { LiveTalk } from '@visavis/protocol/rest';
import { request } from '../../api/client.ts';
import { useChange } from '../../api/queries.ts';
import { conversationAddress } from '../../app/addresses.ts';
import { Link } from '../../app/link.tsx';
import { Problem } from '../../components/page.tsx';
import { useFormats } from '../../i18n/language.tsx';
import { useLiveTexts } from '../../i18n/live-texts.ts';
import { AnswerBox } from './answer-box.tsx';
import own from './live-page.module.css';
import { SpokenLines } from './spoken-lines.tsx';
import { TalkState } from './talk-list.tsx';

type LiveTalkViewProps = {
  readonly projectId: string;
  readonly talk: LiveTalk;
  readonly mayAnswer: boolean;
  readonly onBack: () => void;
};

export function LiveTalkView({ projectId, talk, mayAnswer, onBack }: LiveTalkViewProps) {
  const texts = useLiveTexts();
  const formats = useFormats();
  const path = `/projects/${projectId}/live-talks/${talk.sessionId}`;
  const change = useChange((what: 'take-over' | 'give-back') => request('POST', `${path}/${what}`), []);
  const isTaken = talk.answeredBy === 'operator';
  return (
    <section className={own.view} aria-label={talk.avatarName}>
      <header className={own.head}>
        <Button className={own.back} variant="subtle" size="compact-sm" onClick={onBack}>
          {texts.back}
        </Button>
        <div className={own.who}>
          <h2>{talk.avatarName}</h2>
          <span className={own.since}>{texts.since(formats.time(talk.startedAt))}</span>
          <TalkState talk={talk} />
        </div>
        {mayAnswer && (!isTaken || talk.canGiveBack) && (
          // One button, never disabled, so that it keeps the focus of whoever has just pressed it.
          <Button
            size="xs"
            variant={isTaken ? 'default' : 'filled'}
            aria-busy={change.isPending}
            onClick={() => {
              if (!change.isPending) change.mutate(isTaken ? 'give-back' : 'take-over');
            }}
          >
            {isTaken ? texts.giveBack : texts.takeOver}
          </Button>
        )}
      </header>
      <Problem error={change.error} />
      <SpokenLines lines={talk.lines} />
      {mayAnswer && <AnswerBox projectId={projectId} path={path} avatarName={talk.avatarName} />}
    </section>
  );
}

type OverNoteProps = { readonly projectId: string; readonly sessionId: string; readonly onBack: () => void };

export function OverNote({ projectId, sessionId, onBack }: OverNoteProps) {
  const texts = useLiveTexts();
  return (
    <section className={own.view} role="status">
      <p className={own.over}>{texts.over}</p>
      <div className={own.head}>
        <Link href={conversationAddress(projectId, sessionId)}>{texts.transcript}</Link>
        <Button variant="subtle" size="compact-sm" onClick={onBack}>
          {texts.back}
        </Button>
      </div>
    </section>
  );
}
