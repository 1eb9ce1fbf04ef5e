import { Badge, Checkbox, Table } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { shownName } from '@visavis/protocol';
import type { Avatar, Conversation } from '@visavis/protocol/rest';
import { avatarsQuery } from '../../api/queries.ts';
import { conversationAddress } from '../../app/addresses.ts';
import { Link } from '../../app/link.tsx';
import type { Selection } from '../../components/selection.ts';
import { useFormats, useTexts } from '../../i18n/language.tsx';
import { Picture } from '../avatars/picture.tsx';
import own from './conversations-page.module.css';
import { RatingMark } from './rating-mark.tsx';
import { talkMs } from './time-line.ts';

type ConversationTableProps = {
  readonly projectId: string;
  readonly talks: readonly Conversation[];
  readonly selection: Selection;
};

const colours = { active: 'brand', completed: 'gray', failed: 'red' };

/** One row for each conversation; on narrow screens one card. */
export function ConversationTable({ projectId, talks, selection }: ConversationTableProps) {
  const { conversations: texts } = useTexts();
  const avatars = useQuery(avatarsQuery(projectId)).data ?? [];
  return (
    <div className={own.frame}>
      <Table className={own.table} verticalSpacing="sm" highlightOnHover>
        <caption className="visually-hidden">{texts.table}</caption>
        <Table.Thead>
          <Table.Tr>
            <Table.Th className={own.mark}>
              <Checkbox
                aria-label={texts.chooseAll}
                checked={selection.extent === 'all'}
                indeterminate={selection.extent === 'some'}
                onChange={selection.toggleAll}
              />
            </Table.Th>
            <Table.Th>{texts.avatar}</Table.Th>
            <Table.Th className={own.words}>{texts.firstWords}</Table.Th>
            <Table.Th>{texts.started}</Table.Th>
            <Table.Th className={own.figure}>{texts.duration}</Table.Th>
            <Table.Th className={own.figure}>{texts.messages}</Table.Th>
            <Table.Th className={own.figure}>{texts.rating}</Table.Th>
            <Table.Th className={own.figure} title={texts.latencyHint}>
              {texts.latency}
            </Table.Th>
          </Table.Tr>
        </Table.Thead>
        <Table.Tbody>
          {talks.map((talk) => (
            <Row
              key={talk.sessionId}
              projectId={projectId}
              talk={talk}
              avatar={avatars.find(({ avatarId }) => avatarId === talk.avatarId)}
              selection={selection}
            />
          ))}
        </Table.Tbody>
      </Table>
    </div>
  );
}

/** What is left of an avatar that was deleted. */
const gone = { avatarId: '', thumbnailUrl: null, previewUrl: null, sourceUrl: null, face: null };

type RowProps = {
  readonly projectId: string;
  readonly talk: Conversation;
  readonly avatar: Avatar | undefined;
  readonly selection: Selection;
};

function Row({ projectId, talk, avatar, selection }: RowProps) {
  const { conversations: texts } = useTexts();
  const formats = useFormats();
  const { sessionId, avatarName, status, firstWords, latencyMs } = talk;
  const started = formats.dateTime(talk.startedAt);
  const durationMs = talkMs(talk);
  const isChosen = selection.has(sessionId);
  return (
    <Table.Tr data-chosen={isChosen}>
      <Table.Td className={own.mark}>
        <Checkbox aria-label={texts.choose(started)} checked={isChosen} onChange={() => selection.toggle(sessionId)} />
      </Table.Td>
      <Table.Td>
        <span className={own.who}>
          <Picture avatar={avatar ?? { ...gone, name: avatarName ?? '' }} className={own.face} />
          <span>{avatarName === null ? texts.deletedAvatar : shownName(avatarName)}</span>
        </span>
      </Table.Td>
      <Table.Td className={own.words}>
        <Link href={conversationAddress(projectId, sessionId)}>{firstWords ?? texts.nothingSaid}</Link>
      </Table.Td>
      <Table.Td className={own.started}>
        {started}
        {status !== 'completed' && (
          <Badge variant="light" size="sm" color={colours[status]}>
            {texts.statuses[status]}
          </Badge>
        )}
      </Table.Td>
      <Table.Td className={own.figure} data-name={texts.duration}>
        {durationMs === null ? '–' : formats.clock(durationMs)}
      </Table.Td>
      <Table.Td className={own.figure} data-name={texts.messages}>
        {formats.number(talk.messageCount)}
      </Table.Td>
      <Table.Td className={own.figure} data-name={texts.rating}>
        {talk.rating === null ? '–' : <RatingMark rating={talk.rating} text={talk.ratingText} />}
      </Table.Td>
      <Table.Td className={own.figure} data-name={texts.latency}>
        {latencyMs === null ? '–' : texts.seconds(formats.fixed(latencyMs / 1000, 1))}
      </Table.Td>
    </Table.Tr>
  );
}
