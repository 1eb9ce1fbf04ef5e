import { Badge, Button, Select, TextInput } from '@mantine/core';
import { useDebouncedValue } from '@mantine/hooks';
import { useInfiniteQuery, useQuery } from '@tanstack/react-query';
import type { Conversation } from '@visavis/protocol/rest';
import { useState } from 'react';
import { avatarsQuery, type ConversationFilter, fetchConversations } from '../../api/queries.ts';
import { conversationAddress } from '../../app/addresses.ts';
import { Link } from '../../app/link.tsx';
import classes from '../../components/console.module.css';
import { EmptyState, Loaded, Page } from '../../components/page.tsx';
import { useFormats, useTexts } from '../../i18n/language.tsx';
import { shownName } from '../avatars/shown-name.ts';

const typingMs = 300;
const noFilter: ConversationFilter = { text: '', status: null, avatarId: null };

export function ConversationsPage({ projectId }: { readonly projectId: string }) {
  const texts = useTexts();
  const [filter, setFilter] = useState(noFilter);
  const [settled] = useDebouncedValue(filter, typingMs);
  const talks = useInfiniteQuery({
    queryKey: ['conversations', projectId, settled],
    queryFn: ({ pageParam }) =>
      fetchConversations(projectId, { ...settled, text: settled.text.trim() }, pageParam || null),
    initialPageParam: '',
    getNextPageParam: ({ nextCursor }) => nextCursor,
  });
  const isFiltered = filter.text.trim() !== '' || filter.status !== null || filter.avatarId !== null;
  return (
    <Page title={texts.conversations.title} intro={texts.conversations.intro}>
      <Filters projectId={projectId} filter={filter} onChange={setFilter} />
      <Loaded of={talks}>
        {({ pages }) => {
          const all = pages.flatMap(({ items }) => items);
          if (all.length === 0) {
            return isFiltered ? (
              <p className={classes.muted}>{texts.conversations.nothingFound}</p>
            ) : (
              <EmptyState title={texts.conversations.emptyTitle} text={texts.conversations.emptyText} />
            );
          }
          return (
            <ul className={classes.list}>
              {all.map((talk) => (
                <Row key={talk.sessionId} projectId={projectId} talk={talk} />
              ))}
            </ul>
          );
        }}
      </Loaded>
      {talks.hasNextPage && (
        <div>
          <Button variant="default" loading={talks.isFetchingNextPage} onClick={() => void talks.fetchNextPage()}>
            {texts.common.more}
          </Button>
        </div>
      )}
    </Page>
  );
}

type FiltersProps = {
  readonly projectId: string;
  readonly filter: ConversationFilter;
  readonly onChange: (filter: ConversationFilter) => void;
};

function Filters({ projectId, filter, onChange }: FiltersProps) {
  const texts = useTexts();
  const avatars = useQuery(avatarsQuery(projectId)).data ?? [];
  return (
    <div className={classes.split}>
      <TextInput
        label={texts.conversations.search}
        type="search"
        maxLength={200}
        value={filter.text}
        onChange={(event) => onChange({ ...filter, text: event.currentTarget.value })}
      />
      <Select
        label={texts.conversations.status}
        placeholder={texts.conversations.anyStatus}
        clearable
        data={(['active', 'completed', 'failed'] as const).map((status) => ({
          value: status,
          label: texts.conversations.statuses[status],
        }))}
        value={filter.status}
        onChange={(status) => onChange({ ...filter, status })}
      />
      <Select
        label={texts.conversations.avatar}
        placeholder={texts.conversations.anyAvatar}
        clearable
        data={avatars.map(({ avatarId, name }) => ({ value: avatarId, label: shownName(name) }))}
        value={filter.avatarId}
        onChange={(avatarId) => onChange({ ...filter, avatarId })}
      />
    </div>
  );
}

function Row({ projectId, talk }: { readonly projectId: string; readonly talk: Conversation }) {
  const texts = useTexts();
  const formats = useFormats();
  const { sessionId, avatarName, status, startedAt, endedAt, messageCount } = talk;
  return (
    <li className={classes.row}>
      <div>
        <p className={classes.title}>
          <Link href={conversationAddress(projectId, sessionId)}>{formats.dateTime(startedAt)}</Link>
          <Badge variant="light" color={status === 'failed' ? 'red' : status === 'active' ? 'brand' : 'gray'}>
            {texts.conversations.statuses[status]}
          </Badge>
        </p>
        <p className={classes.facts}>
          <span>{avatarName === null ? texts.conversations.deletedAvatar : shownName(avatarName)}</span>
          {endedAt !== null && (
            <span>
              {texts.conversations.duration}: {formats.clock(Date.parse(endedAt) - Date.parse(startedAt))}
            </span>
          )}
          <span>
            {texts.conversations.messages}: {formats.number(messageCount)}
          </span>
        </p>
      </div>
    </li>
  );
}
