import { Button, Table } from '@mantine/core';
import { useInfiniteQuery } from '@tanstack/react-query';
import type { AuditEntry } from '@visavis/protocol/rest';
import { fetchServerLog } from '../../api/queries.ts';
import classes from '../../components/console.module.css';
import { EmptyState, Loaded, Page } from '../../components/page.tsx';
import { useFormats, useTexts } from '../../i18n/language.tsx';

/** For operators: refused attempts, bounds that were reached, workers that were replaced. */
export function ServerLogPage() {
  const texts = useTexts();
  const log = useInfiniteQuery({
    queryKey: ['server-log'],
    queryFn: ({ pageParam }) => fetchServerLog(pageParam || null),
    initialPageParam: '',
    getNextPageParam: ({ nextCursor }) => nextCursor,
  });
  return (
    <Page title={texts.serverLog.title} intro={texts.serverLog.intro}>
      <Loaded of={log}>
        {({ pages }) => {
          const entries = pages.flatMap(({ items }) => items);
          if (entries.length === 0) {
            return <EmptyState title={texts.serverLog.emptyTitle} text={texts.serverLog.emptyText} />;
          }
          return (
            <>
              <Entries entries={entries} />
              {log.hasNextPage && (
                <Button variant="default" loading={log.isFetchingNextPage} onClick={() => void log.fetchNextPage()}>
                  {texts.common.more}
                </Button>
              )}
            </>
          );
        }}
      </Loaded>
    </Page>
  );
}

function Entries({ entries }: { readonly entries: readonly AuditEntry[] }) {
  const texts = useTexts();
  const formats = useFormats();
  const actions: Readonly<Record<string, string>> = texts.serverLog.actions;
  return (
    <div className={classes.tableFrame}>
      <Table>
        <Table.Thead>
          <Table.Tr>
            <Table.Th>{texts.serverLog.when}</Table.Th>
            <Table.Th>{texts.serverLog.what}</Table.Th>
            <Table.Th>{texts.serverLog.where}</Table.Th>
            <Table.Th>{texts.serverLog.address}</Table.Th>
            <Table.Th>{texts.serverLog.times}</Table.Th>
          </Table.Tr>
        </Table.Thead>
        <Table.Tbody>
          {entries.map(({ entryId, at, action, subjectId, ipAddress, detail }) => {
            const { times, ...more } = detail;
            return (
              <Table.Tr key={entryId}>
                <Table.Td>{formats.dateTime(at)}</Table.Td>
                <Table.Td>{actions[action] ?? action}</Table.Td>
                <Table.Td>{[subjectId, ...Object.values(more)].filter((text) => text !== null).join(' · ')}</Table.Td>
                <Table.Td>{ipAddress ?? '—'}</Table.Td>
                <Table.Td>{typeof times === 'number' ? formats.number(times) : '—'}</Table.Td>
              </Table.Tr>
            );
          })}
        </Table.Tbody>
      </Table>
    </div>
  );
}
