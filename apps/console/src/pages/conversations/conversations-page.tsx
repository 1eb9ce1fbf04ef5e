import { useDebouncedValue } from '@mantine/hooks';
import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { conversationsQuery } from '../../api/queries.ts';
import classes from '../../components/console.module.css';
import { EmptyState, Loaded, Page } from '../../components/page.tsx';
import { Pager } from '../../components/pager.tsx';
import { useSelection } from '../../components/selection.ts';
import { useTexts } from '../../i18n/language.tsx';
import { ChosenBar } from './chosen-bar.tsx';
import { type ConversationFilter, isFiltered, noFilter, queryOfFilter } from './conversation-filter.ts';
import { ConversationFilters } from './conversation-filters.tsx';
import { ConversationTable } from './conversation-table.tsx';
import { cursorsIn, type OpenedPages, withNext, withPrevious } from './opened-pages.ts';

const typingMs = 300;

export function ConversationsPage({ projectId }: { readonly projectId: string }) {
  const texts = useTexts();
  const [filter, setFilter] = useState(noFilter);
  const [settled] = useDebouncedValue(filter, typingMs);
  const [opened, setOpened] = useState<OpenedPages<ConversationFilter>>({ of: noFilter, cursors: [''] });
  const cursors = cursorsIn(opened, settled);
  const talks = useQuery({
    ...conversationsQuery(projectId, { ...queryOfFilter(settled), cursor: cursors.at(-1) ?? '' }),
    placeholderData: keepPreviousData,
  });
  const items = talks.data?.items ?? [];
  const selection = useSelection(items.map(({ sessionId }) => sessionId));
  const back = () => setOpened(withPrevious(opened, settled));
  return (
    <Page title={texts.conversations.title} intro={texts.conversations.intro}>
      <ConversationFilters projectId={projectId} filter={filter} onChange={setFilter} />
      <ChosenBar projectId={projectId} selection={selection} onEmptied={back} />
      <Loaded of={talks}>
        {(page) => (
          <>
            {page.items.length === 0 ? (
              <Nothing isFiltered={isFiltered(settled) || cursors.length > 1} hasMore={page.nextCursor !== null} />
            ) : (
              <ConversationTable projectId={projectId} talks={page.items} selection={selection} />
            )}
            {(cursors.length > 1 || talks.isPlaceholderData || page.nextCursor !== null) && (
              <Pager
                label={texts.conversations.table}
                shown={texts.conversations.page(cursors.length)}
                isBusy={talks.isPlaceholderData}
                onPrevious={cursors.length === 1 ? null : back}
                // What is shown until the next list is there has no next page in it.
                onNext={
                  page.nextCursor === null || talks.isPlaceholderData
                    ? null
                    : () => setOpened(withNext(opened, settled, page.nextCursor ?? ''))
                }
              />
            )}
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
