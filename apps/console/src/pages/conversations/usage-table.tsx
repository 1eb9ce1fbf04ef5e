import { Table } from '@mantine/core';
import { USAGE_FIGURES } from '@visavis/protocol';
import type { UsageRow } from '@visavis/protocol/rest';
import classes from '../../components/console.module.css';
import { useFormats, useTexts } from '../../i18n/language.tsx';

/** What services have counted in a talk, by the part of the voice; nothing where none counts. */
export function UsageTable({ usage }: { readonly usage: readonly UsageRow[] }) {
  const { conversations: texts } = useTexts();
  const formats = useFormats();
  const figures = USAGE_FIGURES.filter((figure) => usage.some((row) => row[figure] !== null));
  if (figures.length === 0) return null;
  return (
    <section className={classes.card} aria-label={texts.counted}>
      <h2>{texts.counted}</h2>
      <div className={classes.tableFrame}>
        <Table horizontalSpacing="xs">
          <Table.Thead>
            <Table.Tr>
              <Table.Th>{texts.part}</Table.Th>
              {figures.map((figure) => (
                <Table.Th key={figure}>{texts.figures[figure]}</Table.Th>
              ))}
            </Table.Tr>
          </Table.Thead>
          <Table.Tbody>
            {usage.map((row) => (
              <Table.Tr key={row.part}>
                <Table.Td>{texts.parts[row.part]}</Table.Td>
                {figures.map((figure) => (
                  <Table.Td key={figure}>{shown(row[figure], formats)}</Table.Td>
                ))}
              </Table.Tr>
            ))}
          </Table.Tbody>
        </Table>
      </div>
    </section>
  );
}

function shown(amount: number | null, { number }: ReturnType<typeof useFormats>): string {
  return amount === null ? '–' : number(amount, 1);
}
