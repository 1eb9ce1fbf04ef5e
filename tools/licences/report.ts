import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Allowed } from './allowed.ts';
import type { Installed } from './installed.ts';
import { licenceOf } from './judge.ts';
import type { LockedPackage } from './lock-packages.ts';

const BEGIN = '<!-- The rest is written by `node tools/licences/main.ts --write`. -->';

/** The part of the document that is made from the lockfile and the allow-list: the same on every platform. */
function generatedPart(packages: readonly LockedPackage[], allowed: Allowed): string {
  const lines = [BEGIN, '', '## What each workspace needs', ''];
  for (const workspace of [...new Set(packages.flatMap(({ workspaces }) => workspaces))].sort()) {
    const groups = new Map<string, string[]>();
    for (const locked of packages.filter(({ workspaces }) => workspaces.includes(workspace))) {
      const licence = licenceOf(locked, allowed) ?? 'none declared';
      groups.set(licence, [...(groups.get(licence) ?? []), `${locked.name} ${locked.version}`]);
    }
    lines.push(
      `### ${workspace === '' ? 'The start command' : `\`${workspace}\``}`,
      '',
      '| licence | | packages |',
      '|---|---|---|',
    );
    for (const [licence, names] of [...groups].sort(([a], [b]) => (a < b ? -1 : 1))) {
      lines.push(`| ${licence} | ${names.length} | ${names.sort().join(', ')} |`);
    }
    lines.push('');
  }
  lines.push('## Why each licence is accepted', '', '| licence | |', '|---|---|');
  for (const [licence, reason] of Object.entries(allowed.licences)) lines.push(`| ${licence} | ${reason} |`);
  lines.push('', '## Programs, models, fonts and films', '', '| file | licence | what is in it |', '|---|---|---|');
  for (const { files, licence, holds, mentions = {} } of allowed.binaries) {
    const remarks = Object.entries(mentions).map(([sign, reason]) => ` Sign of ${sign}: ${reason}.`);
    lines.push(`| \`${files}\` | ${licence} | ${holds}.${remarks.join('')} |`);
  }
  lines.push('', '## Packages that were looked at one by one', '', '| package | |', '|---|---|');
  for (const [name, { licence, reason, withoutText }] of Object.entries(allowed.packages)) {
    const found = licence === undefined ? '' : `${licence}: ${reason}. `;
    lines.push(`| ${name} | ${found}${withoutText === undefined ? '' : `No text in its folder: ${withoutText}.`} |`);
  }
  return `${lines.join('\n')}\n`;
}

/** The document with its made part as it is now; what people wrote before it stays. */
export function updatedReport(document: string, packages: readonly LockedPackage[], allowed: Allowed): string {
  const at = document.indexOf(BEGIN);
  return `${(at < 0 ? document : document.slice(0, at)).trimEnd()}\n\n${generatedPart(packages, allowed)}`;
}

/** The licences of what a web page's programs are bundled from, in full: they go out with every page. */
export function bundledNotices(
  root: string,
  packages: readonly LockedPackage[],
  look: Installed,
  allowed: Allowed,
): string {
  const parts = ['The pages of Visavis contain these works of others, under these licences.\n'];
  for (const locked of packages) {
    const installed = look(locked);
    if (installed === null) throw new Error(`${locked.name} is not installed: run npm ci first.`);
    parts.push(`======== ${locked.name} ${locked.version}: ${licenceOf(locked, allowed)} ========\n`);
    for (const name of installed.texts) parts.push(`${readFileSync(join(root, locked.path, name), 'utf8').trim()}\n`);
    if (installed.texts.length === 0) parts.push(`Copyright: ${installed.author ?? 'its authors'}\n`);
  }
  return parts
    .join('\n')
    .replaceAll('\r', '')
    .replaceAll(/[ \t]+$/gm, '');
}
