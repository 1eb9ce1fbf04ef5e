import { Badge } from '@mantine/core';
import type { LiveTalks } from '@visavis/protocol/rest';
import { useState } from 'react';
import { useMay } from '../../app/role.tsx';
import { EmptyState, Loaded, Page } from '../../components/page.tsx';
import { useLiveTexts } from '../../i18n/live-texts.ts';
import own from './live-page.module.css';
import { LiveTalkView, OverNote } from './live-talk-view.tsx';
import { TalkList } from './talk-list.tsx';
import { useLiveTalks } from './use-live-talks.ts';

/** The talks of the project that go on; one of them to read along, and to answer in. */
export function LivePage({ projectId }: { readonly projectId: string }) {
  const texts = useLiveTexts();
  const mayAnswer = useMay('editor');
  const live = useLiveTalks(projectId);
  return (
    <Page
      title={texts.title}
      intro={mayAnswer ? texts.intro : texts.introViewer}
      actions={live.data?.isOperatorThere && <Badge variant="light">{texts.operatorThere}</Badge>}
    >
      <Loaded of={live}>{(list) => <Desk projectId={projectId} list={list} mayAnswer={mayAnswer} />}</Loaded>
    </Page>
  );
}

type DeskProps = { readonly projectId: string; readonly list: LiveTalks; readonly mayAnswer: boolean };

function Desk({ projectId, list, mayAnswer }: DeskProps) {
  const texts = useLiveTexts();
  const [chosenId, setChosenId] = useState<string | null>(null);
  const { talks } = list;
  if (talks.length === 0 && chosenId === null) return <EmptyState title={texts.emptyTitle} text={texts.emptyText} />;
  const chosen = talks.find(({ sessionId }) => sessionId === chosenId);
  const leave = () => setChosenId(null);
  return (
    <div className={own.desk} data-chosen={chosenId !== null}>
      <TalkList talks={talks} chosenId={chosenId} onChoose={setChosenId} />
      {chosenId === null && <p className={own.hint}>{texts.choose}</p>}
      {chosenId !== null && chosen === undefined && (
        <OverNote projectId={projectId} sessionId={chosenId} onBack={leave} />
      )}
      {chosen !== undefined && (
        <LiveTalkView key={chosen.sessionId} projectId={projectId} mayAnswer={mayAnswer} talk={chosen} onBack={leave} />
      )}
    </div>
  );
}
