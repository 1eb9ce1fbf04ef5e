import { Button } from '@mantine/core';
import { useDebouncedValue } from '@mantine/hooks';
import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { conversationsQuery } from '../../api/queries.ts';
import classes from '../../components/console.module.css';
import { EmptyState, Loaded, Page } from '../../components/page.tsx';
import { useSelection } from '../../components/selection.ts';
import { useTexts } from '../../i18n/language.tsx';
import { ChosenBar } from './chosen-bar.tsx';
import { type ConversationFilter, isFiltered, noFilter, queryOfFilter } from './conversation-filter.ts';
import { ConversationFilters } from './conversation-filters.tsx';
import { ConversationTable } from './conversation-table.tsx';
import own from './conversations-page.module.css';

const typingMs = 300;

export function ConversationsPage({ projectId }: { readonly projectId: string }) {
  const texts = useTexts();
  const [filter, setFilter] = useState(noFilter);
  const [settled] = useDebouncedValue(filter, typingMs);
  // Pages that were opened, by their cursors; the last one is shown.
  const [cursors, setCursors] = useState<readonly string[]>(['']);
  const talks = useQuery({
    ...conversationsQuery(projectId, { ...queryOfFilter(settled), cursor: cursors.at(-1) ?? '' }),
    placeholderData: keepPreviousData,
  });
  const items = talks.data?.items ?? [];
  const selection = useSelection(items.map(({ sessionId }) => sessionId));
  const change = (next: ConversationFilter) => {
    setFilter(next);
    setCursors(['']);
  };
  const back = () => setCursors((opened) => (opened.length > 1 ? opened.slice(0, -1) : opened));
  return (
    <Page title={texts.conversations.title} intro={texts.conversations.intro}>
      <ConversationFilters projectId={projectId} filter={filter} onChange={change} />
      <ChosenBar projectId={projectId} selection={selection} onEmptied={back} />
      <Loaded of={talks}>
        {(page) => (
          <>
            {page.items.length === 0 ? (
              <Nothing isFiltered={isFiltered(filter) || cursors.length > 1} hasMore={page.nextCursor !== null} />
            ) : (
              <ConversationTable projectId={projectId} talks={page.items} selection={selection} />
            )}
            <Pager
              page={cursors.length}
              isBusy={talks.isPlaceholderData}
              onPrevious={back}
              {...(page.nextCursor !== null && {
                onNext: () => setCursors([...cursors, page.nextCursor ?? '']),
              })}
            />
          </>
        )}
      </Loaded>
    </Page>
  );
}

function Nothing(props: { readonly isFiltered: boolean; readonly hasMore: boolean }) {
  const { conversations: texts } = useTexts();
  if (props.hasMore) return <p className={classes.muted}>{texts.more}</p>;
  if (props.isFiltered) return <p className={classes.muted}>{texts.nothingFound}</p>;
  return <EmptyState title={texts.emptyTitle} text={texts.emptyText} />;
}

type PagerProps = {
  /** From 1. */
  readonly page: number;
  readonly isBusy: boolean;
  readonly onPrevious: () => void;
  /** Left out: this is the last one. */
  readonly onNext?: () => void;
};

function Pager({ page, isBusy, onPrevious, onNext }: PagerProps) {
  const { conversations: texts } = useTexts();
  if (page === 1 && onNext === undefined) return null;
  return (
    <nav className={own.pager} aria-label={texts.table}>
      <Button variant="default" size="sm" disabled={page === 1} onClick={onPrevious}>
        {texts.previous}
      </Button>
      <span aria-live="polite">{texts.page(page)}</span>
      <Button variant="default" size="sm" loading={isBusy} disabled={onNext === undefined} onClick={onNext}>
        {texts.next}
      </Button>
    </nav>
  );
}
