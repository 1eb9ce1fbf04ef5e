import { Table } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import type { Usage } from '@visavis/protocol/rest';
import { keysQuery, ledgerQuery, usageQuery, walletQuery } from '../../api/queries.ts';
import classes from '../../components/console.module.css';
import { EmptyState, Loaded, Page } from '../../components/page.tsx';
import { useFormats, useTexts } from '../../i18n/language.tsx';
import { DayChart } from './day-chart.tsx';
import own from './usage-page.module.css';
import { minutesPerDay, sumOf, sumsByKey } from './usage-sums.ts';

export function UsagePage({ projectId }: { readonly projectId: string }) {
  const texts = useTexts();
  const usage = useQuery(usageQuery(projectId));
  return (
    <Page title={texts.usage.title} intro={texts.usage.intro}>
      <Loaded of={usage}>{(found) => <Report projectId={projectId} usage={found} />}</Loaded>
      <Ledger projectId={projectId} />
    </Page>
  );
}

function Report({ projectId, usage }: { readonly projectId: string; readonly usage: Usage }) {
  const texts = useTexts();
  const formats = useFormats();
  const wallet = useQuery(walletQuery(projectId)).data;
  const keys = useQuery(keysQuery(projectId)).data ?? [];
  const sum = sumOf(usage.days);
  return (
    <>
      <dl className={own.figures}>
        <Figure label={texts.usage.calls} value={formats.number(sum.calls)} />
        <Figure label={texts.usage.minutes} value={formats.number(sum.minutes, 1)} />
        <Figure label={texts.usage.points} value={formats.number(sum.points, 1)} />
        {wallet !== undefined && (
          <Figure
            label={texts.usage.balance}
            value={wallet.isUnlimited ? texts.usage.unlimited : formats.number(wallet.balance, 1)}
            note={texts.usage.perMinute(wallet.pointsPerMinute)}
          />
        )}
      </dl>
      {usage.days.length === 0 ? (
        <EmptyState title={texts.usage.chart} text={texts.usage.emptyText} />
      ) : (
        <>
          <section className={classes.card}>
            <h2>{texts.usage.chart}</h2>
            <DayChart
              label={texts.usage.chart}
              days={minutesPerDay(usage)}
              formatMinutes={(minutes) => formats.number(minutes, 1)}
            />
          </section>
          <section className={classes.card}>
            <h2>{texts.usage.byKey}</h2>
            <div className={classes.tableFrame}>
              <Table>
                <Table.Thead>
                  <Table.Tr>
                    <Table.Th>{texts.keys.key}</Table.Th>
                    <Table.Th>{texts.usage.calls}</Table.Th>
                    <Table.Th>{texts.usage.minutes}</Table.Th>
                    <Table.Th>{texts.usage.points}</Table.Th>
                  </Table.Tr>
                </Table.Thead>
                <Table.Tbody>
                  {sumsByKey(usage.days).map(({ licenceId, sum: part }) => (
                    <Table.Tr key={licenceId}>
                      <Table.Td>{keys.find((key) => key.licenceId === licenceId)?.name ?? '—'}</Table.Td>
                      <Table.Td>{formats.number(part.calls)}</Table.Td>
                      <Table.Td>{formats.number(part.minutes, 1)}</Table.Td>
                      <Table.Td>{formats.number(part.points, 1)}</Table.Td>
                    </Table.Tr>
                  ))}
                </Table.Tbody>
              </Table>
            </div>
          </section>
        </>
      )}
    </>
  );
}

function Figure(props: { readonly label: string; readonly value: string; readonly note?: string }) {
  return (
    <div className={classes.card}>
      <dt>{props.label}</dt>
      <dd>{props.value}</dd>
      {props.note && <dd className={own.note}>{props.note}</dd>}
    </div>
  );
}

function Ledger({ projectId }: { readonly projectId: string }) {
  const texts = useTexts();
  const formats = useFormats();
  const ledger = useQuery(ledgerQuery(projectId));
  return (
    <section className={classes.card}>
      <h2>{texts.usage.ledger}</h2>
      <Loaded of={ledger}>
        {({ items }) =>
          items.length === 0 ? (
            <p className={classes.muted}>{texts.usage.ledgerEmpty}</p>
          ) : (
            <div className={classes.tableFrame}>
              <Table>
                <Table.Thead>
                  <Table.Tr>
                    <Table.Th>{texts.usage.when}</Table.Th>
                    <Table.Th>{texts.usage.kind}</Table.Th>
                    <Table.Th>{texts.usage.seconds}</Table.Th>
                    <Table.Th>{texts.usage.change}</Table.Th>
                  </Table.Tr>
                </Table.Thead>
                <Table.Tbody>
                  {items.map((entry) => (
                    <Table.Tr key={entry.entryId}>
                      <Table.Td>{formats.dateTime(entry.at)}</Table.Td>
                      <Table.Td>{[texts.usage.kinds[entry.kind], entry.note].filter(Boolean).join(' · ')}</Table.Td>
                      <Table.Td>{formats.number(entry.seconds, 1)}</Table.Td>
                      <Table.Td>{formats.number(entry.points, 3)}</Table.Td>
                    </Table.Tr>
                  ))}
                </Table.Tbody>
              </Table>
            </div>
          )
        }
      </Loaded>
    </section>
  );
}
