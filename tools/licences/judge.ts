import type { Allowed, BinaryRule, PackageRule } from './allowed.ts';
import type { Binary } from './binaries.ts';
import type { Installed } from './installed.ts';
import type { LockedPackage } from './lock-packages.ts';

/** The licence that counts: what the allow-list found out where the author declared none or another one. */
export function licenceOf(locked: LockedPackage, allowed: Allowed): string | undefined {
  return ruleOf(locked.name, allowed)?.licence ?? locked.declared;
}

function ruleOf(name: string, allowed: Allowed): PackageRule | undefined {
  return allowed.packages[name] ?? Object.entries(allowed.packages).find(([pattern]) => matches(name, pattern))?.[1];
}

/** Everything that is not as the allow-list has it, one sentence each. */
export function findFaults(
  packages: readonly LockedPackage[],
  look: Installed,
  own: readonly Binary[],
  allowed: Allowed,
): string[] {
  const faults = packages.flatMap((locked) => packageFaults(locked, look, allowed));
  for (const name of Object.keys(allowed.packages)) {
    if (!packages.some((locked) => matches(locked.name, name)))
      faults.push(`The allow-list speaks of ${name}, which no workspace needs any more.`);
  }
  for (const binary of own) faults.push(...binaryFaults(binary.path, binary, allowed.binaries));
  for (const { files, isOurs } of allowed.binaries) {
    if (isOurs === true && !own.some(({ path }) => matches(path, files))) {
      faults.push(`The allow-list speaks of ${files}, which is not in the repository any more.`);
    }
  }
  return faults;
}

function packageFaults(locked: LockedPackage, look: Installed, allowed: Allowed): string[] {
  const faults: string[] = [];
  const title = `${locked.name} ${locked.version}`;
  const licence = licenceOf(locked, allowed);
  const rule = ruleOf(locked.name, allowed);
  if (licence === undefined) faults.push(`${title} declares no licence.`);
  else if (allowed.licences[licence] === undefined)
    faults.push(`${title} is under ${licence}, which is not in the allow-list.`);
  const installed = look(locked);
  if (installed === null) return faults;
  if (installed.declared !== locked.declared && rule?.licence === undefined) {
    faults.push(`${title} says ${installed.declared} itself, and ${locked.declared} in package-lock.json.`);
  }
  if (installed.texts.length === 0 && rule?.withoutText === undefined)
    faults.push(`${title} comes without the text of its licence.`);
  if (installed.texts.length > 0 && allowed.packages[locked.name]?.withoutText !== undefined) {
    faults.push(`${title} has the text of its licence; the allow-list need not excuse it any more.`);
  }
  for (const binary of installed.binaries) {
    faults.push(...binaryFaults(`${locked.name}/${binary.path}`, binary, allowed.binaries));
  }
  return faults;
}

function binaryFaults(path: string, { markers }: Binary, rules: readonly BinaryRule[]): string[] {
  const rule = rules.find(({ files }) => matches(path, files));
  if (rule === undefined) return [`${path} is a binary that is not in the allow-list.`];
  return markers
    .filter((marker) => rule.mentions?.[marker] === undefined)
    .map((marker) => `${path} is listed as ${rule.licence}, and has signs of ${marker} inside.`);
}

/** `*` stands for any characters of one name, `**` for any at all. */
export function matches(path: string, pattern: string): boolean {
  const escaped = pattern.replaceAll(/[.+?^${}()|[\]\\]/g, String.raw`\$&`);
  const expression = escaped.replaceAll('**', '\0').replaceAll('*', '[^/]*').replaceAll('\0', '.*');
  return new RegExp(`^${expression}$`).test(path);
}
