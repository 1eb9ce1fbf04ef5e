// Measures the real server against its budgets. See README.md.
//   npm run bench -- [--only calls,latency,sync,stages] [--write-docs]
import { readFile, writeFile } from 'node:fs/promises';
import { cpus, loadavg } from 'node:os';
import { parseArgs } from 'node:util';
import { Attempts } from './attempts.ts';
import { withBenchServer } from './bench-server.ts';
import { budgetShare, type Measure, markdownTable, SECTIONS, type Section, textTable } from './results.ts';

const DOCUMENT = new URL('README.md', import.meta.url);
const MARKERS = { begin: '<!-- results:begin -->', end: '<!-- results:end -->' };

const { values } = parseArgs({
  options: { only: { type: 'string' }, 'write-docs': { type: 'boolean', default: false } },
});
const wanted = new Set<string>(values.only?.split(',') ?? SECTIONS);
for (const name of wanted) {
  if (!SECTIONS.includes(name as Section)) throw new Error(`No section "${name}". There are: ${SECTIONS.join(', ')}.`);
}

const loadBefore = loadavg()[0] ?? 0;
const startedAtMs = performance.now();
const print = (line: string): void => {
  console.log(`[${((performance.now() - startedAtMs) / 1000).toFixed(0).padStart(4)} s] ${line}`);
};
const attempts = new Attempts(print);

/** Sections are imported when they are wanted: each brings libraries that would weigh on the others' numbers. */
async function measureAll(): Promise<Measure[]> {
  const measures: Measure[] = [];
  const run = async (name: string, measure: () => Promise<Measure[]>): Promise<void> => {
    measures.push(...(await attempts.run(name, measure)));
  };
  if (wanted.has('stages')) {
    await run('stages', async () => (await import('./stage-cost.ts')).measureStages());
  }
  if (wanted.has('calls')) {
    await run('calls', async () => {
      const { measureCalls } = await import('./call-cost.ts');
      const { measureEncoderFloor } = await import('./stage-cost.ts');
      return measureCalls(await measureEncoderFloor(), attempts);
    });
  }
  if (wanted.has('latency') || wanted.has('sync')) {
    await run('browser', async () => {
      const { measureInBrowser } = await import('./browser.ts');
      return withBenchServer(print, (server) => measureInBrowser(server, wanted, attempts));
    });
  }
  return measures;
}

function machine(): string {
  const processors = cpus();
  return `${processors.length} x ${processors[0]?.model.trim() ?? 'unknown processor'}`;
}

async function writeDocument(measures: readonly Measure[]): Promise<void> {
  const text = await readFile(DOCUMENT, 'utf8');
  const begin = text.indexOf(MARKERS.begin);
  const end = text.indexOf(MARKERS.end);
  if (begin < 0 || end < begin) throw new Error(`tools/bench/README.md has no ${MARKERS.begin} … ${MARKERS.end}.`);
  const about = `Measured ${new Date().toISOString().slice(0, 10)} on ${machine()}, Node ${process.version}; load average before the start ${loadBefore.toFixed(2)}.`;
  const failed = attempts.failures.map((failure) => `- Failed: ${failure}`);
  const parts = [about, ...(failed.length > 0 ? [failed.join('\n')] : []), markdownTable(measures)];
  const results = `${MARKERS.begin}\n${parts.join('\n\n')}\n`;
  await writeFile(DOCUMENT, text.slice(0, begin) + results + text.slice(end));
}

const isBusy = loadBefore > 1;
const warning = `WARNING: the load average was ${loadBefore.toFixed(2)} before the start. The machine was busy: do not trust these numbers.`;
print(`${machine()}, Node ${process.version}, load average ${loadBefore.toFixed(2)}`);
if (isBusy) console.warn(warning);
const measures = await measureAll();
console.log(`\n${textTable(measures)}\n`);
const missed = measures.filter((measure) => (budgetShare(measure) ?? 0) > 1);
console.log(`${missed.length} of ${measures.filter(({ budget }) => budget !== undefined).length} budgets missed.`);
if (isBusy) console.warn(warning);
for (const failure of attempts.failures) console.error(`FAILED: ${failure}`);
if (attempts.failures.length > 0) process.exitCode = 1;
if (values['write-docs']) await writeDocument(measures);
console.log(
  JSON.stringify({
    date: new Date().toISOString(),
    machine: machine(),
    node: process.version,
    loadBefore,
    durationS: Math.round((performance.now() - startedAtMs) / 1000),
    failures: attempts.failures,
    measures,
  }),
);
