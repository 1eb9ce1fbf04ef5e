import { Button } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { shownName } from '@visavis/protocol';
import type { Transcript } from '@visavis/protocol/rest';
import { useState } from 'react';
import { request } from '../../api/client.ts';
import { transcriptQuery, useChange } from '../../api/queries.ts';
import { sectionAddress } from '../../app/addresses.ts';
import { Link } from '../../app/link.tsx';
import { useMay } from '../../app/role.tsx';
import { navigate } from '../../app/router.ts';
import { Confirm } from '../../components/confirm.tsx';
import classes from '../../components/console.module.css';
import { CopyButton } from '../../components/copy-button.tsx';
import { Loaded, Page } from '../../components/page.tsx';
import { useFormats, useTexts } from '../../i18n/language.tsx';
import { MessageLine } from './message-line.tsx';
import { entriesOf } from './time-line.ts';
import { ToolCallLine } from './tool-call-line.tsx';
import { TranscriptHead } from './transcript-head.tsx';
import own from './transcript-page.module.css';
import { transcriptText } from './transcript-text.ts';
import { UsageTable } from './usage-table.tsx';
import { useFilm } from './use-film.ts';

type TranscriptPageProps = { readonly projectId: string; readonly sessionId: string };

/** Everything that was said in one talk, the tools that were called, and its film. */
export function TranscriptPage({ projectId, sessionId }: TranscriptPageProps) {
  const transcript = useQuery(transcriptQuery(projectId, sessionId));
  return <Loaded of={transcript}>{(found) => <Talk projectId={projectId} talk={found} />}</Loaded>;
}

function Talk({ projectId, talk }: { readonly projectId: string; readonly talk: Transcript }) {
  const texts = useTexts();
  const formats = useFormats();
  const mayChange = useMay('editor');
  const [doomed, setDoomed] = useState(false);
  const list = sectionAddress(projectId, 'conversations');
  const path = `/projects/${projectId}/conversations/${encodeURIComponent(talk.sessionId)}`;
  const remove = useChange(() => request('DELETE', path), [['conversations', projectId]]);
  return (
    <Page
      title={talk.avatarName === null ? texts.conversations.deletedAvatar : shownName(talk.avatarName)}
      intro={<Link href={list}>{texts.conversations.back}</Link>}
      actions={
        <>
          <CopyButton
            size="sm"
            label={texts.conversations.copyTranscript}
            text={transcriptText(talk, texts.conversations, formats.clock)}
          />
          <Button component="a" href={`/api/v1${path}/export?format=text`} download variant="default">
            {texts.conversations.exportText}
          </Button>
          <Button component="a" href={`/api/v1${path}/export?format=json`} download variant="default">
            {texts.conversations.exportJson}
          </Button>
          {mayChange && talk.status !== 'active' && (
            <Button variant="subtle" color="red" onClick={() => setDoomed(true)}>
              {texts.common.delete}
            </Button>
          )}
        </>
      }
    >
      <TranscriptHead talk={talk} />
      {talk.recordingUrl === null ? (
        <Messages talk={talk} />
      ) : (
        <Recorded talk={talk} recordingUrl={talk.recordingUrl} />
      )}
      <UsageTable usage={talk.usage} />
      <Confirm
        opened={doomed}
        title={texts.conversations.deleteTitle}
        text={texts.conversations.deleteText}
        action={texts.common.delete}
        change={remove}
        onClose={() => setDoomed(false)}
        onConfirm={() => remove.mutate(undefined, { onSuccess: () => navigate(list) })}
      />
    </Page>
  );
}

/** Film and words on one time line. */
function Recorded({ talk, recordingUrl }: { readonly talk: Transcript; readonly recordingUrl: string }) {
  const texts = useTexts();
  const film = useFilm(talk);
  return (
    <div className={own.recorded}>
      <div className={own.film}>
        <video
          {...film.events}
          ref={film.ref}
          src={recordingUrl}
          aria-label={texts.conversations.recording}
          controls
          playsInline
          preload="metadata"
        />
        <Button component="a" href={recordingUrl} download variant="subtle" size="compact-sm">
          {texts.conversations.downloadRecording}
        </Button>
      </div>
      <Messages talk={talk} heardId={film.heardId} onSeek={film.seek} />
    </div>
  );
}

type MessagesProps = {
  readonly talk: Transcript;
  /** Message that is heard in the film just now; null: none. */
  readonly heardId?: number | null;
  readonly onSeek?: (talkMs: number) => void;
};

function Messages({ talk, heardId = null, onSeek }: MessagesProps) {
  const texts = useTexts();
  const entries = entriesOf(talk);
  if (entries.length === 0) return <p className={classes.muted}>{texts.conversations.nothingSaid}</p>;
  return (
    <ol className={own.messages}>
      {entries.map((entry) =>
        entry.kind === 'message' ? (
          <MessageLine
            key={entry.place}
            message={entry.message}
            isHeard={entry.place === heardId}
            {...(onSeek && { onSeek })}
          />
        ) : (
          <ToolCallLine key={entry.place} toolCall={entry.toolCall} {...(onSeek && { onSeek })} />
        ),
      )}
    </ol>
  );
}
