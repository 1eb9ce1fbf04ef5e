// Times whole answers, step by step, by what hears, thinks and speaks. See README.md, “answers”.
//   node tools/bench/answers.ts [--models data/models] [--sets demonstration,turn-end,local,services] [--count 10]
import { existsSync } from 'node:fs';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
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

type Usage = ReadonlyMap<string, number>;

/** Ears, turn ends and a neural mouth run in threads of the server's own process. */
const PARTS: readonly [part: string, inCommand: string][] = [
  ['worker', 'media-worker'],
  ['brain', 'brain-worker'],
  ['PocketSphinx', 'pocketsphinx'],
];

async function usageByPart(pids: readonly number[]): Promise<Usage> {
  const usage = new Map<string, number>();
  for (const pid of pids) {
    const command = await readFile(`/proc/${pid}/cmdline`, 'utf8').catch(() => '');
    const part = PARTS.find(([, inCommand]) => command.includes(inCommand))?.[0] ?? 'server';
    usage.set(part, (usage.get(part) ?? 0) + (await cpuMsOf(pid)));
  }
  return usage;
}

/** Cores, on average of the time, part by part. */
function costOf(before: Usage, after: Usage, lastedMs: number): string {
  const shares = [...after].map(([part, ms]) => [part, (ms - (before.get(part) ?? 0)) / lastedMs] as const);
  const sum = shares.reduce((total, [, share]) => total + share, 0);
  return `${sum.toFixed(2)}: ${shares.map(([part, share]) => `${part} ${share.toFixed(2)}`).join(', ')}`;
}

const executablePath = findChromium();
if (executablePath === null) throw new Error('There is no Chromium (apt-get install chromium).');
const folder = await mkdtemp(path.join(tmpdir(), 'visavis-bench-'));
const microphone = path.join(folder, 'microphone.wav');
const utterances = await writeSpokenFile(microphone, prompts, LEAD_MS, PAUSE_MS);
const lines: string[] = [];
for (const set of await setsOf()) {
  const browser = await launchChromium(executablePath, { microphone });
  try {
    await withBenchServer(
      print,
      async (server) => {
        const load = loadavg()[0] ?? 0;
        const usage = async (): Promise<Usage> => usageByPart(await processesOf(server.child.pid ?? 0));
        await recordTurns(browser, server, utterances.slice(0, 1), print);
        await delay(WARM_UP_MS);
        const [before, beganAtMs] = [await usage(), performance.now()];
        const answers = await recordTurns(browser, server, utterances, print);
        const cost = costOf(before, await usage(), performance.now() - beganAtMs);
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
