import { Button, Table } from '@mantine/core';
import { useInfiniteQuery } from '@tanstack/react-query';
import { shownName } from '@visavis/protocol';
import type { LedgerSum } from '@visavis/protocol/rest';
import { fetchLedger } from '../../api/queries.ts';
import { conversationAddress } from '../../app/addresses.ts';
import { Link } from '../../app/link.tsx';
import classes from '../../components/console.module.css';
import { Loaded } from '../../components/page.tsx';
import { useFormats, useTexts } from '../../i18n/language.tsx';
import own from './usage-page.module.css';
import type { DayRange } from './usage-range.ts';

/** Every call, grant and job of these days with what it took or gave; calls lead to their transcripts. */
export function Ledger({ projectId, range }: { readonly projectId: string; readonly range: DayRange }) {
  const { common, usage: texts, keys } = useTexts();
  const { from, to } = range;
  const ledger = useInfiniteQuery({
    queryKey: ['ledger', projectId, from, to],
    queryFn: ({ pageParam }) => fetchLedger(projectId, { from, to }, pageParam || null),
    initialPageParam: '',
    getNextPageParam: ({ nextCursor }) => nextCursor,
  });
  return (
    <section className={classes.card}>
      <h2>{texts.ledger}</h2>
      <Loaded of={ledger}>
        {({ pages }) => {
          const entries = pages.flatMap(({ items }) => items);
          if (entries.length === 0) return <p className={classes.muted}>{texts.ledgerEmpty}</p>;
          return (
            <div className={classes.tableFrame}>
              <Table horizontalSpacing="xs">
                <Table.Thead>
                  <Table.Tr>
                    <Table.Th>{texts.when}</Table.Th>
                    <Table.Th>{texts.kind}</Table.Th>
                    <Table.Th className={own.key}>{keys.key}</Table.Th>
                    <Table.Th className={own.number}>{texts.duration}</Table.Th>
                    <Table.Th className={own.number}>{texts.change}</Table.Th>
                  </Table.Tr>
                </Table.Thead>
                <Table.Tbody>
                  {entries.map((entry) => (
                    <Row key={entry.entryId} projectId={projectId} entry={entry} />
                  ))}
                </Table.Tbody>
              </Table>
            </div>
          );
        }}
      </Loaded>
      {ledger.hasNextPage && (
        <Button variant="default" loading={ledger.isFetchingNextPage} onClick={() => void ledger.fetchNextPage()}>
          {common.more}
        </Button>
      )}
    </section>
  );
}

function Row({ projectId, entry }: { readonly projectId: string; readonly entry: LedgerSum }) {
  const { usage: texts } = useTexts();
  const formats = useFormats();
  const { at, kind, note, avatarName, keyName, seconds, points, sourceId, hasTranscript } = entry;
  const when = formats.dateTime(at);
  const what = [texts.kinds[kind], avatarName === null ? null : shownName(avatarName), note];
  return (
    <Table.Tr>
      <Table.Td className={own.when}>
        {hasTranscript ? (
          <Link href={conversationAddress(projectId, sourceId)} aria-label={texts.transcript(when)}>
            {when}
          </Link>
        ) : (
          when
        )}
      </Table.Td>
      <Table.Td className={own.name}>{what.filter(Boolean).join(' · ')}</Table.Td>
      <Table.Td className={`${own.name} ${own.key}`}>{keyName ?? '–'}</Table.Td>
      <Table.Td className={own.number}>{seconds === 0 ? '–' : formats.clock(seconds * 1000)}</Table.Td>
      <Table.Td className={own.number}>{formats.number(points, 3)}</Table.Td>
    </Table.Tr>
  );
}
