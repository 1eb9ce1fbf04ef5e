import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { LIMITS } from './limits.ts';

const documentation = readFileSync(new URL('../../../docs/protocol.md', import.meta.url), 'utf8');
const section = documentation.split('\n## Limits\n')[1]?.split('\n## ')[0] ?? '';

/** As the documentation writes it: KiB and MiB where they come out even, else digits in groups. */
function written(name: string, value: number | readonly [number, number]): string {
  if (typeof value !== 'number') return value.map((bound) => bound.toLocaleString('en')).join(' to ');
  const isMemory = /^(?:bytes|budgets)\.|\.(?:bytes|textBytes)$/.test(name);
  if (isMemory && value % (1024 * 1024) === 0) return `${value / (1024 * 1024)} MiB`;
  if (isMemory && value % 1024 === 0) return `${(value / 1024).toLocaleString('en')} KiB`;
  return value < 1 ? String(value) : value.toLocaleString('en');
}

const rows = Object.entries(LIMITS).flatMap(([group, limits]) =>
  Object.entries(limits).map(([name, value]) => ({
    name: `${group}.${name}`,
    limit: written(`${group}.${name}`, value),
  })),
);

it.each(rows)('$name stands in the documentation as $limit', ({ name, limit }) => {
  expect(section).toContain(`\n| \`${name}\` | ${limit} | `);
});

it('documents no limit that does not exist', () => {
  const documented = [...section.matchAll(/^\| `([A-Za-z]+\.[A-Za-z]+)` \|/gm)].map(([, name]) => name);
  expect(documented).toEqual(rows.map(({ name }) => name));
});
