import { basename } from 'node:path';
import type { Citation } from './citations.ts';
import type { Gap } from './gaps.ts';
import { CHAPTERS, type Requirement } from './requirements.ts';

type Gaps = Readonly<Record<string, Gap>>;
type State = 'proven' | 'partly' | 'missing';

const NAMES: Readonly<Record<State, string>> = { proven: 'proven', partly: '**partly**', missing: '**missing**' };

const MATTERS = {
  first: 'First messages',
  needs: 'Cannot do without',
  ice: 'Candidates',
  tools: 'Tools',
  traps: 'Traps',
} as const;

const INTRODUCTION = `# Compatibility with NavTalk

What published clients of NavTalk want of a server, so that they run against this one with nothing changed but the host, and the tests that
show it. The [protocol](protocol.md) tells how it is done.

- **proven**: the tests named here fail when it is not so. Those *in Chromium* are left out, with a warning, where the browser, or the
  recorded speech that they play to it, is not installed; in continuous integration (\`CI\` is set) they fail there.
- **partly**, **missing**: what is not there yet, or what no test shows. These come first.

Tests say themselves what they prove: their names end with the numbers. \`node tools/compatibility.ts\` prints this page; a test fails when a
requirement is neither cited nor named among the gaps, and when this page is not what the tests say.`;

/** The whole of docs/compatibility.md. */
export function renderDocument(
  requirements: readonly Requirement[],
  citations: readonly Citation[],
  gaps: Gaps,
): string {
  const open = requirements.filter(({ id }) => gaps[id] !== undefined);
  const chapters = Object.entries(CHAPTERS).map(([chapter, name]) => {
    const rows = requirements.filter(({ id }) => id.startsWith(`${chapter}.`));
    return `## ${chapter}: ${name}\n\n${renderTable(rows, citations, gaps)}`;
  });
  return `${[
    INTRODUCTION,
    renderCounts(requirements, gaps),
    '## Clients',
    renderMatrix(requirements, gaps),
    '## Gaps',
    renderTable(open, [], gaps),
    ...chapters,
  ].join('\n\n')}\n`;
}

function stateOf(id: string, gaps: Gaps): State {
  return gaps[id]?.state ?? 'proven';
}

function renderCounts(requirements: readonly Requirement[], gaps: Gaps): string {
  const lines = (['proven', 'partly', 'missing'] as const).map((state) => {
    const count = requirements.filter(({ id }) => stateOf(id, gaps) === state).length;
    return `| ${NAMES[state]} | ${count} |`;
  });
  return ['| | |', '|---|---|', ...lines, `| | ${requirements.length} |`].join('\n');
}

/** Client × matter. */
function renderMatrix(requirements: readonly Requirement[], gaps: Gaps): string {
  const byClient = Map.groupBy(
    requirements.filter(({ client }) => client !== undefined),
    ({ client }) => client ?? '',
  );
  const lines = [...byClient].map(([client, rows]) => {
    const cells = Object.keys(MATTERS).map((matter) => {
      const row = rows.find(({ id }) => id.endsWith(`.${matter}`));
      return row === undefined ? '–' : NAMES[stateOf(row.id, gaps)];
    });
    return `| ${client} | ${cells.join(' | ')} |`;
  });
  return [
    `| Client | ${Object.values(MATTERS).join(' | ')} |`,
    `|---|${'---|'.repeat(Object.keys(MATTERS).length)}`,
    ...lines,
  ].join('\n');
}

function renderTable(requirements: readonly Requirement[], citations: readonly Citation[], gaps: Gaps): string {
  const lines = requirements.map(({ id, client, sentence }) => {
    const gap = gaps[id];
    const proofs = citations.filter((citation) => citation.id === id).map(renderCitation);
    const proof = [...(gap === undefined ? [] : [gap.reason]), ...proofs].join('<br>');
    const words = client === undefined ? sentence : `${client}: ${sentence}`;
    return `| ${id} | ${tidy(words)} | ${NAMES[stateOf(id, gaps)]} | ${tidy(proof)} |`;
  });
  return ['| | Requirement | | Tests, or what is missing |', '|---|---|---|---|', ...lines].join('\n');
}

function renderCitation({ path, title, needsChromium }: Citation): string {
  const file = basename(path).replace(/((\.integration)?\.test)?\.tsx?$/, '');
  return `[${file}](../${path}): ${title}${needsChromium ? ' (in Chromium)' : ''}`;
}

function tidy(cell: string): string {
  return cell.replaceAll('|', '\\|');
}
