import { Badge, Button } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import type { Message, Transcript } from '@visavis/protocol/rest';
import { useState } from 'react';
import { request } from '../../api/client.ts';
import { transcriptQuery, useChange } from '../../api/queries.ts';
import { sectionAddress } from '../../app/addresses.ts';
import { Link } from '../../app/link.tsx';
import { navigate } from '../../app/router.ts';
import { Confirm } from '../../components/confirm.tsx';
import classes from '../../components/console.module.css';
import { Loaded, Page } from '../../components/page.tsx';
import { useFormats, useTexts } from '../../i18n/language.tsx';
import { shownName } from '../avatars/shown-name.ts';
import own from './transcript-page.module.css';

type TranscriptPageProps = { readonly projectId: string; readonly sessionId: string };

/** Everything that was said in one talk. */
export function TranscriptPage({ projectId, sessionId }: TranscriptPageProps) {
  const transcript = useQuery(transcriptQuery(projectId, sessionId));
  return <Loaded of={transcript}>{(found) => <Talk projectId={projectId} talk={found} />}</Loaded>;
}

function Talk({ projectId, talk }: { readonly projectId: string; readonly talk: Transcript }) {
  const texts = useTexts();
  const formats = useFormats();
  const [doomed, setDoomed] = useState(false);
  const list = sectionAddress(projectId, 'conversations');
  const path = `/projects/${projectId}/conversations/${encodeURIComponent(talk.sessionId)}`;
  const remove = useChange(() => request('DELETE', path), [['conversations', projectId]]);
  const { status, reason, startedAt, endedAt, messages } = talk;
  return (
    <Page
      title={talk.avatarName === null ? texts.conversations.deletedAvatar : shownName(talk.avatarName)}
      intro={<Link href={list}>{texts.conversations.back}</Link>}
      actions={
        <>
          <Button component="a" href={`/api/v1${path}/export?format=text`} download variant="default">
            {texts.conversations.exportText}
          </Button>
          <Button component="a" href={`/api/v1${path}/export?format=json`} download variant="default">
            {texts.conversations.exportJson}
          </Button>
          {status !== 'active' && (
            <Button variant="subtle" color="red" onClick={() => setDoomed(true)}>
              {texts.common.delete}
            </Button>
          )}
        </>
      }
    >
      <p className={classes.facts}>
        <span>{formats.dateTime(startedAt)}</span>
        {endedAt !== null && <span>{formats.clock(Date.parse(endedAt) - Date.parse(startedAt))}</span>}
        <span>{texts.conversations.statuses[status]}</span>
        {reason !== null && (
          <span>
            {texts.conversations.reason}: {reason}
          </span>
        )}
        <span className={classes.mono}>{talk.sessionId}</span>
      </p>
      {talk.recordingUrl !== null && (
        // biome-ignore lint/a11y/useMediaCaption: the words of both sides stand below.
        <video
          className={own.recording}
          src={talk.recordingUrl}
          aria-label={texts.conversations.recording}
          controls
          preload="metadata"
        />
      )}
      {messages.length === 0 ? (
        <p className={classes.muted}>{texts.conversations.nothingSaid}</p>
      ) : (
        <ol className={own.messages}>
          {messages.map((message) => (
            <Line key={message.messageId} message={message} />
          ))}
        </ol>
      )}
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

function Line({ message }: { readonly message: Message }) {
  const texts = useTexts();
  const formats = useFormats();
  return (
    <li className={own.message} data-role={message.role}>
      <p className={classes.facts}>
        <span>{texts.conversations.roles[message.role]}</span>
        <time dateTime={message.at}>{formats.clock(message.offsetMs)}</time>
        {message.interrupted && (
          <Badge size="xs" variant="light" color="gray">
            {texts.conversations.interrupted}
          </Badge>
        )}
      </p>
      <p className={message.role === 'tool' ? classes.mono : ''}>{message.text}</p>
    </li>
  );
}
