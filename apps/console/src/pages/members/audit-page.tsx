import { Button, Select, Table } from '@mantine/core';
import { keepPreviousData, useInfiniteQuery, useMutation, useQuery } from '@tanstack/react-query';
import { AUDIT_KINDS, shownName } from '@visavis/protocol';
import type { ProjectAuditEntry } from '@visavis/protocol/rest';
import { useState } from 'react';
import { fetchAudit, membersQuery } from '../../api/member-queries.ts';
import { avatarsQuery, keysQuery } from '../../api/queries.ts';
import classes from '../../components/console.module.css';
import { toCsv } from '../../components/csv.ts';
import { DayFields } from '../../components/day-fields.tsx';
import { Loaded, Page, Problem } from '../../components/page.tsx';
import { saveFile } from '../../components/save-file.ts';
import { useFormats, useTexts } from '../../i18n/language.tsx';
import { useMembersTexts } from '../../i18n/members-texts.ts';
import { type AuditFilter, auditKindOf, noAuditFilter, queryOfAudit } from './audit-filter.ts';
import {
  actionWords,
  choiceWords,
  detailWords,
  type NameOf,
  type Person,
  personWords,
  withPeopleOf,
} from './audit-words.ts';
import own from './members.module.css';

/** Who did what in the project, when and from where. */
export function AuditPage({ projectId }: { readonly projectId: string }) {
  const { audit: texts } = useMembersTexts();
  const { common } = useTexts();
  const [filter, setFilter] = useState(noAuditFilter);
  const log = useInfiniteQuery({
    queryKey: ['audit', projectId, filter],
    queryFn: ({ pageParam }) => fetchAudit(projectId, { ...queryOfAudit(filter), cursor: pageParam, limit: 50 }),
    initialPageParam: '',
    getNextPageParam: ({ nextCursor }) => nextCursor,
    placeholderData: keepPreviousData,
  });
  const [known, setKnown] = useState<readonly Person[]>([]);
  const seen = withPeopleOf(known, log.data?.pages.flatMap(({ items }) => items) ?? []);
  if (seen !== known) setKnown(seen);
  const nameOf = useNames(projectId);
  const download = useDownload(projectId, filter, nameOf);
  return (
    <Page
      title={texts.title}
      intro={texts.intro}
      actions={
        <Button variant="default" loading={download.isPending} onClick={() => download.mutate()}>
          {texts.csv}
        </Button>
      }
    >
      <Filters projectId={projectId} filter={filter} seen={seen} onChange={setFilter} />
      <Problem error={download.error} />
      <Loaded of={log}>
        {({ pages }) => {
          const entries = pages.flatMap(({ items }) => items);
          if (entries.length === 0) return <p className={classes.muted}>{texts.empty}</p>;
          return (
            <>
              <Entries entries={entries} nameOf={nameOf} />
              {log.hasNextPage && (
                <div>
                  <Button variant="default" loading={log.isFetchingNextPage} onClick={() => void log.fetchNextPage()}>
                    {common.more}
                  </Button>
                </div>
              )}
            </>
          );
        }}
      </Loaded>
    </Page>
  );
}

/** Names of the keys and avatars that are still there, by their ids. */
function useNames(projectId: string): NameOf {
  const keys = useQuery(keysQuery(projectId)).data ?? [];
  const avatars = useQuery(avatarsQuery(projectId)).data ?? [];
  const names = new Map([
    ...keys.map(({ licenceId, name }) => [licenceId, name] as const),
    ...avatars.map(({ avatarId, name }) => [avatarId, shownName(name)] as const),
  ]);
  return (id) => names.get(id) ?? null;
}

/** All that fits the filter, page by page: a project has 10,000 entries at most. */
function useDownload(projectId: string, filter: AuditFilter, nameOf: NameOf) {
  const texts = useMembersTexts();
  return useMutation({
    mutationFn: async () => {
      const { when, who, what, to, from } = texts.audit;
      const rows: string[][] = [[when, who, what, to, from]];
      for (let cursor: string | null = ''; cursor !== null; ) {
        const page: Awaited<ReturnType<typeof fetchAudit>> = await fetchAudit(projectId, {
          ...queryOfAudit(filter),
          cursor,
          limit: 100,
        });
        rows.push(
          ...page.items.map((entry) => [
            entry.at,
            personWords(entry.person, texts),
            actionWords(entry.action, texts),
            detailWords(entry, texts, nameOf),
            entry.ipAddress ?? '',
          ]),
        );
        cursor = page.nextCursor;
      }
      saveFile(new Blob([toCsv(rows)], { type: 'text/csv;charset=utf-8' }), 'audit.csv');
    },
  });
}

type FiltersProps = {
  readonly projectId: string;
  readonly filter: AuditFilter;
  /** Who did something, as far as the log was read. */
  readonly seen: readonly Person[];
  readonly onChange: (filter: AuditFilter) => void;
};

function Filters({ projectId, filter, seen, onChange }: FiltersProps) {
  const texts = useMembersTexts();
  const members = useQuery(membersQuery(projectId)).data ?? [];
  const former = seen.filter(({ userId }) => !members.some((member) => member.userId === userId));
  const change = (part: Partial<AuditFilter>) => onChange({ ...filter, ...part });
  return (
    <search className={own.filters}>
      <Select
        label={texts.audit.person}
        placeholder={texts.audit.everybody}
        clearable
        data={[...members, ...former].map((person) => ({ value: person.userId, label: choiceWords(person, texts) }))}
        value={filter.userId}
        onChange={(userId) => change({ userId })}
      />
      <Select
        label={texts.audit.kind}
        placeholder={texts.audit.everything}
        clearable
        data={AUDIT_KINDS.map((value) => ({ value, label: texts.audit.kinds[value] }))}
        value={filter.kind}
        onChange={(kind) => change({ kind: auditKindOf(kind) })}
      />
      <DayFields value={filter} labels={{ from: texts.audit.fromDay, to: texts.audit.toDay }} onChange={change} />
    </search>
  );
}

type EntriesProps = { readonly entries: readonly ProjectAuditEntry[]; readonly nameOf: NameOf };

function Entries({ entries, nameOf }: EntriesProps) {
  const texts = useMembersTexts();
  const formats = useFormats();
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: a scrolling region must be reachable by keyboard.
    <section className={classes.tableFrame} aria-label={texts.audit.title} tabIndex={0}>
      <Table className={own.entries ?? ''}>
        <Table.Thead>
          <Table.Tr>
            <Table.Th>{texts.audit.when}</Table.Th>
            <Table.Th>{texts.audit.who}</Table.Th>
            <Table.Th>{texts.audit.what}</Table.Th>
            <Table.Th>{texts.audit.to}</Table.Th>
            <Table.Th>{texts.audit.from}</Table.Th>
          </Table.Tr>
        </Table.Thead>
        <Table.Tbody>
          {entries.map((entry) => (
            <Table.Tr key={entry.entryId}>
              <Table.Td className={own.when ?? ''}>{formats.dateTime(entry.at)}</Table.Td>
              <Table.Td>{personWords(entry.person, texts)}</Table.Td>
              <Table.Td className={own.what ?? ''}>{actionWords(entry.action, texts)}</Table.Td>
              <Table.Td>{detailWords(entry, texts, nameOf)}</Table.Td>
              <Table.Td>{entry.ipAddress ?? '—'}</Table.Td>
            </Table.Tr>
          ))}
        </Table.Tbody>
      </Table>
    </section>
  );
}
