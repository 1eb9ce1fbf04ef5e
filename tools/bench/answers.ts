// Times whole answers, step by step, by what hears, thinks and speaks. See README.md, “answers”.
//   node tools/bench/answers.ts [--models data/models] [--sets demonstration,turn-end,local,services] [--count 10]
import { existsSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { cpus, loadavg, tmpdir } from 'node:os';
import path from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { findChromium, launchChromium } from '../../tests/support/chromium.ts';
import { quantile } from '../../tests/support/statistics.ts';
import { type AnswerSet, demonstration, scriptedServices, withModels } from './answer-sets.ts';
import { withBenchServer } from './bench-server.ts';
import { PROMPTS } from './browser.ts';
import { type Answer, measureInterruptions, recordTurns } from './latency.ts';
import { cpuMsOf, processesOf } from './process-usage.ts';
import { writeSpokenFile } from './spoken-file.ts';

const { values } = parseArgs({
  options: {
    models: { type: 'string' },
    sets: { type: 'string', default: 'demonstration,turn-end,local,services' },
    count: { type: 'string', default: String(PROMPTS.length) },
    interruptions: { type: 'boolean', default: false },
  },
});
const LEAD_MS = 3000;
const PAUSE_MS = 4500;
/** A small language model is loaded with the first talk that wants it. */
const WARM_UP_MS = 8000;
const WANTED_MS = 500;
const WANTED_ADDED_MS = 100;

const wanted = values.sets.split(',');
const print = (line: string): void => console.error(line);
const prompts = PROMPTS.slice(0, Number(values.count));

async function setsOf(): Promise<AnswerSet[]> {
  const sets: AnswerSet[] = [];
  if (wanted.includes('demonstration')) sets.push(demonstration);
  const models = values.models === undefined ? null : path.resolve(values.models);
  const folder = (name: string): string[] => {
    const place = path.join(models ?? '', name);
    return models !== null && existsSync(place) ? [place] : [];
  };
  const [turnEnd, ears] = [folder('smart-turn-v3.2'), folder('whisper-base')];
  const brain = ['qwen3-1.7b', 'qwen3-0.6b', 'smollm2-135m-instruct.q4_1'].flatMap(folder).slice(0, 1);
  if (wanted.includes('turn-end') && turnEnd.length > 0)
    sets.push(withModels('demonstration, turns ended by the model', turnEnd, null));
  if (wanted.includes('local') && models !== null && brain.length > 0) {
    const title = `local: ${[...ears, ...brain, ...turnEnd].map((place) => path.basename(place)).join(', ')}, flite`;
    sets.push(withModels(title, [...turnEnd, ...ears, ...brain], path.join(models, '../runtimes')));
  }
  if (wanted.includes('services')) sets.push(await scriptedServices());
  return sets;
}

type Step = { readonly title: string; readonly atMs: (answer: Answer) => number | null };

/** When each step was reached, from the end of the user's speech; its own times the server gives from its end of the turn. */
const STEPS: readonly Step[] = [
  { title: 'turn decided', atMs: ({ stopped }) => stopped },
  { title: 'transcript', atMs: (answer) => sinceSpeech(answer, 'transcriptMs') },
  { title: 'first token', atMs: (answer) => sinceSpeech(answer, 'firstTextMs') },
  { title: 'first sample', atMs: (answer) => sinceSpeech(answer, 'firstAudioMs') },
  { title: 'first packet with sound', atMs: (answer) => sinceSpeech(answer, 'firstSoundMs') },
  { title: 'sound at the client', atMs: ({ sound }) => sound },
  { title: 'mouth at the client', atMs: ({ mouth }) => mouth },
];

function sinceSpeech({ stopped, server }: Answer, step: keyof Answer['server']): number | null {
  const value = server[step];
  return stopped === null || value === null ? null : stopped + value;
}

const whole = ({ sound, mouth }: Answer): number => Math.max(sound ?? Number.NaN, mouth ?? Number.NaN);

function added(answer: Answer): number {
  return whole(answer) - (sinceSpeech(answer, 'firstAudioMs') ?? Number.NaN);
}

const both = (numbers: readonly (number | null)[]): string => {
  const known = numbers.filter((value): value is number => value !== null && !Number.isNaN(value));
  return known.length === 0 ? 'none' : `${Math.round(quantile(known, 0.5))} / ${Math.round(quantile(known, 0.95))}`;
};

function rowOf({ title, statedMs }: AnswerSet, answers: readonly Answer[], cost: string): string {
  const complete = answers.filter((answer) => !Number.isNaN(whole(answer)));
  const over = complete.map((answer) => whole(answer) - (answer.stopped ?? Number.NaN) - (statedMs ?? 0));
  const p50 = quantile(complete.map(whole), 0.5);
  const cells = [
    title,
    `${complete.length} of ${answers.length}`,
    ...STEPS.map(({ atMs }) => both(complete.map(atMs))),
    `**${both(complete.map(whole))}**${p50 <= WANTED_MS ? '' : ' (missed)'}`,
    `${both(complete.map(added))}${quantile(complete.map(added), 0.95) <= WANTED_ADDED_MS ? '' : ' (missed)'}`,
    both(over),
    cost,
  ];
  return `| ${cells.join(' | ')} |`;
}

const executablePath = findChromium();
if (executablePath === null) throw new Error('There is no Chromium (apt-get install chromium).');
const folder = await mkdtemp(path.join(tmpdir(), 'visavis-bench-'));
const microphone = path.join(folder, 'microphone.wav');
const utterances = await writeSpokenFile(microphone, prompts, LEAD_MS, PAUSE_MS);
const spokenMs = utterances.reduce((sum, { startMs, endMs }) => sum + endMs - startMs, 0);
const lines: string[] = [];
for (const set of await setsOf()) {
  const browser = await launchChromium(executablePath, { microphone });
  try {
    await withBenchServer(
      print,
      async (server) => {
        const load = loadavg()[0] ?? 0;
        const pids = async (): Promise<number[]> => processesOf(server.child.pid ?? 0);
        const usage = async (): Promise<number> =>
          (await Promise.all((await pids()).map(cpuMsOf))).reduce((sum, ms) => sum + ms, 0);
        await recordTurns(browser, server, utterances.slice(0, 1), print);
        await delay(WARM_UP_MS);
        const [before, beganAtMs] = [await usage(), performance.now()];
        const answers = await recordTurns(browser, server, utterances, print);
        const [coreMs, lastedMs] = [(await usage()) - before, performance.now() - beganAtMs];
        const cost = `${(coreMs / lastedMs).toFixed(2)} (${(coreMs / spokenMs).toFixed(2)})`;
        lines.push(rowOf(set, answers, `${cost} | ${load.toFixed(1)}`));
        if (values.interruptions) {
          for (const { what, value, note } of await measureInterruptions(browser, server, utterances, print))
            print(`${set.title}: ${what}: ${Math.round(value)} ms; ${note ?? ''}`);
        }
      },
      await set.settings(),
    );
  } finally {
    await browser.close();
    await set.close?.();
  }
}
await rm(folder, { recursive: true, force: true });
console.log(
  `${cpus().length} x ${cpus()[0]?.model.trim()}, Node ${process.version}; p50 / p95 in ms from the end of the user's speech`,
);
const head = [
  'Set',
  'Answers',
  ...STEPS.map(({ title }) => title),
  'whole answer',
  'added after the first sample',
  'ours in all, after the turn',
  'cores',
  'load',
];
console.log(`| ${head.join(' | ')} |\n|${'---|'.repeat(head.length)}`);
for (const line of lines) console.log(line);
