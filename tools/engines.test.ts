import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { runsServer } from '../apps/server/src/node-releases.ts';

type Version = readonly [major: number, minor: number, patch: number];
type LockedPackage = { readonly engines?: { readonly node?: string }; readonly optional?: boolean };

const read = (path: string): string => readFileSync(new URL(`../${path}`, import.meta.url), 'utf8');

/** The releases that the README names, each at its lowest. */
const NAMED: readonly Version[] = [
  [22, 18, 0],
  [24, 11, 0],
  [26, 0, 0],
];

function versionOf(text: string): Version {
  const [major = 0, minor = 0, patch = 0] = text.split('.').map(Number);
  return [major, minor, patch];
}

function isAtLeast(one: Version, other: Version): boolean {
  const difference = one.map((part, index) => part - (other[index] ?? 0)).find((part) => part !== 0) ?? 0;
  return difference >= 0;
}

/** Whether a range of npm takes a version; of the ways to write one, those that packages use here. */
function takes(range: string, version: Version): boolean {
  return range.split('||').some((part) =>
    part
      .trim()
      .replaceAll(/([<>=^~]+)\s+/g, '$1')
      .split(/\s+/)
      .every((bound) => meets(bound, version)),
  );
}

function meets(bound: string, version: Version): boolean {
  const [, sign = '', numbers = ''] = /^(>=|>|<=|<|\^|~|=)?v?([\d.x*]*)$/.exec(bound) ?? [];
  if (numbers === '' || numbers === '*') return bound === '' || bound === '*';
  const given = versionOf(numbers.replaceAll(/\.[x*]/g, ''));
  if (sign === '>=') return isAtLeast(version, given);
  if (sign === '>') return isAtLeast(version, given) && !isAtLeast(given, version);
  if (sign === '<') return !isAtLeast(version, given);
  if (sign === '<=') return isAtLeast(given, version);
  return version[0] === given[0] && isAtLeast(version, given);
}

test('no package asks for another Node than those that the README names', () => {
  expect(read('README.md')).toContain('Node 22 (22.18 or newer), 24 (24.11 or newer) or 26 and npm are all you need');
  const { engines } = JSON.parse(read('package.json')) as { engines: { node: string } };
  expect(NAMED.map((version) => takes(engines.node, version))).toEqual([true, true, true]);
  expect(takes(engines.node, [20, 19, 0])).toBe(false);
  const { packages } = JSON.parse(read('package-lock.json')) as { packages: Record<string, LockedPackage> };
  const wanting = Object.entries(packages).flatMap(([name, { engines: wanted, optional = false }]) => {
    const range = wanted?.node;
    if (range === undefined || optional) return [];
    return NAMED.filter((version) => !takes(range, version)).map((version) => `${name}: ${range}, not ${version[0]}`);
  });
  expect(wanting).toEqual([]);
});

test('what is installed runs the server in the same releases, and brings its own Node for the others', () => {
  const { engines } = JSON.parse(read('package.json')) as { engines: { node: string } };
  const versions = ['20.19.0', '22.17.1', '22.18.0', '23.11.0', '24.10.0', '24.11.0', '25.2.0', '26.0.0', '28.1.0'];
  expect(versions.map(runsServer)).toEqual(versions.map((version) => takes(engines.node, versionOf(version))));
  expect(versions.map(runsServer)).toContain(false);
});
