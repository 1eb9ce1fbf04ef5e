import { basename } from 'node:path';
import { CHAPTERS, LEVELS } from './numbers.ts';
import { type Requirement, readEvidence, STATUSES, type Status } from './requirements.ts';

const NAMES: Readonly<Record<Status, string>> = {
  'not-met': '**not met**',
  partly: '**partly**',
  met: 'met',
  'not-applicable': 'not applicable',
};

const INTRODUCTION = `# OWASP ASVS 5.0.0, level 2

Every requirement of levels 1 and 2 of the [Application Security Verification Standard](https://github.com/OWASP/ASVS/tree/v5.0.0)
5.0.0, with the test that shows it or the reason why there is none. We judged ourselves; nobody has certified anything. The numbers are the
standard's (© OWASP, CC BY-SA 4.0), the few words beside them are ours: read the standard for what it asks.

- **met**: a test named here fails when it is not so, or the reason says what makes it so where no test looks.
- **partly**, **not met**: what is missing. These come first.
- **not applicable**: there is nothing here that it could be asked of.

The truth is \`docs/asvs.json\`; \`node tools/asvs/main.ts\` prints this page from it. A test holds both to the list of numbers, to the files
and tests that are named, and to each other. Who attacks what, and what we do not defend against, is told in the
[threat model](threat-model.md).`;

/** The whole of docs/asvs.md. */
export function renderDocument(requirements: readonly Requirement[]): string {
  const missing = (['not-met', 'partly'] as const).map((status) => {
    const rows = requirements.filter((requirement) => requirement.status === status);
    return `## ${status === 'not-met' ? 'Not met' : 'Partly met'}\n\n${renderTable(rows)}`;
  });
  const chapters = Object.entries(CHAPTERS).map(([chapter, name]) => {
    const rows = requirements.filter(({ id }) => id.startsWith(`${chapter}.`));
    return `## ${chapter}: ${name}\n\n${renderTable(rows)}`;
  });
  return `${[INTRODUCTION, renderCounts(requirements), ...missing, ...chapters].join('\n\n')}\n`;
}

function renderCounts(requirements: readonly Requirement[]): string {
  const count = (level: 1 | 2, status?: Status) =>
    requirements.filter(({ id, status: own }) => LEVELS.get(id) === level && (status ?? own) === own).length;
  const lines = STATUSES.map((status) => {
    const [first, second] = [count(1, status), count(2, status)];
    return `| ${NAMES[status]} | ${first} | ${second} | ${first + second} |`;
  });
  const all = `| | ${count(1)} | ${count(2)} | ${requirements.length} |`;
  return ['| | level 1 | level 2 adds | |', '|---|---|---|---|', ...lines, all].join('\n');
}

function renderTable(requirements: readonly Requirement[]): string {
  const lines = requirements.map(({ id, words, status, evidence = [], reason }) => {
    const proof = [...(reason === undefined ? [] : [reason]), ...evidence.map(renderEvidence)].join('<br>');
    return `| ${id} | ${LEVELS.get(id) ?? '?'} | ${words} | ${NAMES[status]} | ${proof.replaceAll('|', '\\|')} |`;
  });
  return ['| | Level | | | Test or reason |', '|---|---|---|---|---|', ...lines].join('\n');
}

function renderEvidence(text: string): string {
  const { path, anchor, title } = readEvidence(text);
  const address = path.startsWith('docs/') ? path.slice('docs/'.length) : `../${path}`;
  const name = title === undefined ? basename(path) : basename(path).replace(/(\.integration)?\.test\.ts$/, '');
  const link = `[${name}](${address}${anchor === undefined ? '' : `#${anchor}`})`;
  return title === undefined ? link : `${link}: ${title}`;
}
