import { keepPreviousData, useQuery } from '@tanstack/react-query';
import type { Usage } from '@visavis/protocol/rest';
import { useState } from 'react';
import { type UsageFilter, usageQuery, walletQuery } from '../../api/queries.ts';
import classes from '../../components/console.module.css';
import { EmptyState, Loaded, Page } from '../../components/page.tsx';
import { useFormats, useTexts } from '../../i18n/language.tsx';
import { BarChart } from './bar-chart.tsx';
import { Ledger } from './ledger.tsx';
import { UsageFilters } from './usage-filters.tsx';
import own from './usage-page.module.css';
import { isRange, type RangeChoice, rangeOf } from './usage-range.ts';
import { barsOf, sumOf } from './usage-sums.ts';
import { UsageTables } from './usage-tables.tsx';

export function UsagePage({ projectId }: { readonly projectId: string }) {
  const texts = useTexts();
  const [choice, setChoice] = useState<RangeChoice>('month');
  const [chosen, setChosen] = useState<UsageFilter>(() => ({
    ...rangeOf('month', Date.now(), { from: '', to: '' }),
    licenceId: null,
    avatarId: null,
  }));
  const isAskable = isRange(chosen);
  const usage = useQuery({
    ...usageQuery(projectId, chosen),
    enabled: isAskable,
    placeholderData: keepPreviousData,
  });
  const choose = (next: RangeChoice) => {
    setChoice(next);
    setChosen({ ...chosen, ...rangeOf(next, Date.now(), chosen) });
  };
  return (
    <Page title={texts.usage.title} intro={texts.usage.intro}>
      <UsageFilters
        projectId={projectId}
        choice={choice}
        filter={chosen}
        isAskable={isAskable}
        onChoice={choose}
        onChange={setChosen}
      />
      {isAskable && (
        <>
          <Loaded of={usage}>{(found) => <Report projectId={projectId} usage={found} />}</Loaded>
          <Ledger key={`${chosen.from} ${chosen.to}`} projectId={projectId} range={chosen} />
        </>
      )}
    </Page>
  );
}

function Report({ projectId, usage }: { readonly projectId: string; readonly usage: Usage }) {
  const texts = useTexts();
  const formats = useFormats();
  const wallet = useQuery(walletQuery(projectId)).data;
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
            <BarChart key={`${usage.from} ${usage.to}`} label={texts.usage.chart} bars={barsOf(usage)} />
          </section>
          <UsageTables projectId={projectId} usage={usage} />
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
