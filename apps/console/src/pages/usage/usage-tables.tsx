import { Button, Table } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { shownName } from '@visavis/protocol';
import type { Usage, UsageDay } from '@visavis/protocol/rest';
import type { ReactNode } from 'react';
import { keysQuery } from '../../api/queries.ts';
import classes from '../../components/console.module.css';
import { toCsv } from '../../components/csv.ts';
import { saveFile } from '../../components/save-file.ts';
import { useFormats, useTexts } from '../../i18n/language.tsx';
import own from './usage-page.module.css';
import { type Sum, sumOf, sumsByKey } from './usage-sums.ts';

/** The same numbers by avatar, by key and by day, each to be downloaded. */
export function UsageTables({ projectId, usage }: { readonly projectId: string; readonly usage: Usage }) {
  const { usage: texts, keys: keyTexts, conversations } = useTexts();
  const keys = useQuery(keysQuery(projectId)).data ?? [];
  const nameOfKey = (licenceId: string) => {
    if (licenceId === '') return texts.noKey;
    return keys.find((key) => key.licenceId === licenceId)?.name ?? licenceId;
  };
  const nameOfAvatar = (avatarId: string, name: string | null) => {
    if (avatarId === '') return texts.unknownAvatar;
    return name === null ? conversations.deletedAvatar : shownName(name);
  };
  const hasUnknown = usage.avatars.some(({ avatarId }) => avatarId === '');
  const span = `${usage.from}-${usage.to}`;
  return (
    <>
      <SumTable
        title={texts.byAvatar}
        column={texts.avatar}
        file={`usage-by-avatar-${span}.csv`}
        rows={usage.avatars.map(({ avatarId, avatarName, ...part }) => ({
          id: avatarId,
          name: nameOfAvatar(avatarId, avatarName),
          sum: sumOf([part]),
        }))}
        note={hasUnknown ? texts.unknownAvatarHint : null}
      />
      <SumTable
        title={texts.byKey}
        column={keyTexts.key}
        file={`usage-by-key-${span}.csv`}
        rows={sumsByKey(usage.days).map(({ licenceId, sum }) => ({ id: licenceId, name: nameOfKey(licenceId), sum }))}
      />
      <SumTable
        title={texts.byDay}
        column={texts.day}
        file={`usage-by-day-${span}.csv`}
        rows={daysOf(usage.days).map(([day, sum]) => ({ id: day, name: day, sum }))}
      />
    </>
  );
}

function daysOf(days: readonly UsageDay[]): [string, Sum][] {
  return [...Map.groupBy(days, ({ day }) => day)].map(([day, parts]): [string, Sum] => [day, sumOf(parts)]).reverse();
}

type SumTableProps = {
  readonly title: string;
  /** Heading of the names. */
  readonly column: string;
  readonly file: string;
  readonly rows: readonly { readonly id: string; readonly name: string; readonly sum: Sum }[];
  readonly note?: ReactNode;
};

/** A long one scrolls in itself. */
function SumTable({ title, column, file, rows, note = null }: SumTableProps) {
  const { common, usage: texts } = useTexts();
  const formats = useFormats();
  const headings = [column, texts.calls, texts.minutes, texts.points];
  const download = () => {
    const cells = rows.map(({ name, sum }) => [name, sum.calls, rounded(sum.minutes), rounded(sum.points)]);
    saveFile(new Blob([toCsv([headings, ...cells])], { type: 'text/csv;charset=utf-8' }), file);
  };
  return (
    <section className={classes.card}>
      <div className={own.tableHead}>
        <h2>{title}</h2>
        <Button variant="subtle" size="compact-sm" aria-label={common.labelled(texts.csv, title)} onClick={download}>
          {texts.csv}
        </Button>
      </div>
      <div className={own.tableFrame}>
        <Table stickyHeader horizontalSpacing="xs">
          <Table.Thead>
            <Table.Tr>
              {headings.map((heading, index) => (
                <Table.Th key={heading} className={index === 0 ? '' : own.number}>
                  {heading}
                </Table.Th>
              ))}
            </Table.Tr>
          </Table.Thead>
          <Table.Tbody>
            {rows.map(({ id, name, sum }) => (
              <Table.Tr key={id}>
                <Table.Td className={own.name}>{name}</Table.Td>
                <Table.Td className={own.number}>{formats.number(sum.calls)}</Table.Td>
                <Table.Td className={own.number}>{formats.number(sum.minutes, 1)}</Table.Td>
                <Table.Td className={own.number}>{formats.number(sum.points, 1)}</Table.Td>
              </Table.Tr>
            ))}
          </Table.Tbody>
        </Table>
      </div>
      {note !== null && <p className={classes.muted}>{note}</p>}
    </section>
  );
}

function rounded(value: number): number {
  return Math.round(value * 1000) / 1000;
}
