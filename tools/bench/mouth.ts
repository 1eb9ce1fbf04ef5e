// Measures the mouths of this machine: what they cost, how well they are understood, and how their lips fit. See docs/local-models.md.
//   node tools/bench/mouth.ts --whisper data/models/whisper-base [--kokoro data/models/kokoro-82m] [--voice af_heart] [--count 20]
import { parseArgs } from 'node:util';
import { ARTICULATION_CHANNELS, MOUTH_AT_REST, type PhoneTiming } from '../../packages/media/src/core/articulation.ts';
import { systemClock } from '../../packages/media/src/core/clock.ts';
import { silentLogger } from '../../packages/media/src/core/logger.ts';
import { Kokoro } from '../../packages/media/src/inference/kokoro.ts';
import { Whisper } from '../../packages/media/src/inference/whisper.ts';
import { loadArticulationNetwork } from '../../packages/media/src/visemes/articulation-network.ts';
import { ArticulationTrack } from '../../packages/media/src/visemes/articulation-track.ts';
import { to16k } from '../../packages/media/src/voice/local/ears/model-ears.ts';
import { Mouth } from '../../packages/media/src/voice/local/mouth/mouth.ts';
import { NeuralMouth } from '../../packages/media/src/voice/local/neural/neural-mouth.ts';
import { clauseRequests, type Speaker } from '../../packages/media/src/voice/local/speak-text.ts';
import { distance, wordsOf } from './word-errors.ts';

const { values } = parseArgs({
  options: {
    whisper: { type: 'string' },
    kokoro: { type: 'string' },
    voice: { type: 'string', default: 'af_heart' },
    count: { type: 'string', default: '20' },
    verbose: { type: 'boolean', default: false },
  },
});

const SENTENCES = [
  'Breakfast is served until ten in the morning.',
  'You can leave your luggage at the front desk.',
  'The next train to the airport leaves in twelve minutes.',
  'I am sorry, but that room is already taken.',
  'Would you like me to send you a copy by email?',
  'Please bring your passport and a recent photograph.',
  'The museum opens at nine and closes at five.',
  'Thank you for waiting, I have found your order.',
  'It usually takes about three working days.',
  'Turn left at the bridge, then follow the river.',
  'Your appointment is on Thursday afternoon.',
  'We do not charge anything for the first month.',
  'The battery should last for about eight hours.',
  'Let me check whether we have it in your size.',
  'There is a small garden behind the library.',
  'She asked the doctor whether it was serious.',
  'The weather will be cloudy with a little rain.',
  'You may cancel at any time before midnight.',
  'Our engineers are working on the problem now.',
  'What else would you like to know about it?',
];
const STEP_MS = 10;
const LAGS_MS = [-60, -50, -40, -30, -20, -10, 0, 10, 20, 30, 40, 50, 60];
const never = new AbortController().signal;

type Spoken = { readonly pcm: Int16Array; readonly phones: readonly PhoneTiming[] };

async function measure(title: string, speaker: Speaker, whisper: Whisper): Promise<void> {
  const sentences = SENTENCES.slice(0, Number(values.count));
  let [words, wrong, soundMs, cpuMs, firstCpuMs] = [0, 0, 0, 0, 0];
  const fits: { lagMs: number; r: number }[] = [];
  for (const text of sentences) {
    const parts: Spoken[] = [];
    for (const { request } of clauseRequests(speaker, { text, voice: values.voice, language: 'en' })) {
      const began = process.cpuUsage();
      parts.push(await speaker.speak(request, never));
      const { user, system } = process.cpuUsage(began);
      cpuMs += (user + system) / 1000;
      if (parts.length === 1) firstCpuMs += (user + system) / 1000;
    }
    soundMs += parts.reduce((sum, { pcm }) => sum + pcm.length / 24, 0);
    const said = wordsOf(text);
    const heard = wordsOf(await whisper.transcribe(to16k(parts.map(({ pcm }) => pcm)), 'en'));
    const errors = distance(said, heard);
    words += said.length;
    wrong += errors;
    if (values.verbose && errors > 0) console.error(`${said.join(' ')}\n  ${errors}: ${heard.join(' ')}`);
    for (const part of parts) fits.push(await fitOf(part));
  }
  const mean = (numbers: readonly number[]): number => numbers.reduce((sum, each) => sum + each, 0) / numbers.length;
  const cells = [
    title,
    sentences.length,
    `${((100 * wrong) / words).toFixed(1)} %`,
    (cpuMs / soundMs).toFixed(2),
    `${Math.round(firstCpuMs / sentences.length)} ms`,
    mean(fits.map(({ r }) => r)).toFixed(2),
    `${Math.round(mean(fits.map(({ lagMs }) => lagMs)))} ms`,
    `${Math.round(process.memoryUsage.rss() / 1e6)} MB`,
  ];
  console.log(`| ${cells.join(' | ')} |`);
}

const network = await loadArticulationNetwork();

/** How like the jaw by phones is to that which the network hears, and how much later the phones are where they are most alike. */
async function fitOf({ pcm, phones }: Spoken): Promise<{ lagMs: number; r: number }> {
  const [told, heard] = [new ArticulationTrack({ network: null }), new ArticulationTrack({ network })];
  told.appendPhones(phones);
  heard.appendAudio(pcm);
  heard.finish();
  const jaws = [told, heard].map((track) =>
    Array.from({ length: Math.floor(pcm.length / 240) }, (_, k) => {
      const shape = { ...MOUTH_AT_REST };
      track.sampleAt(k * STEP_MS, shape);
      return shape[ARTICULATION_CHANNELS[0]];
    }),
  );
  const [byPhones = [], bySound = []] = jaws;
  const fits = LAGS_MS.map((lagMs) => ({ lagMs, r: likeness(byPhones, bySound, lagMs / STEP_MS) }));
  return { r: fits.find(({ lagMs }) => lagMs === 0)?.r ?? 0, lagMs: fits.toSorted((a, b) => b.r - a.r)[0]?.lagMs ?? 0 };
}

function likeness(left: readonly number[], right: readonly number[], lag: number): number {
  const pairs = right.flatMap((value, k) => (left[k + lag] === undefined ? [] : [[left[k + lag]!, value] as const]));
  const [ml, mr] = [0, 1].map((side) => pairs.reduce((sum, pair) => sum + pair[side]!, 0) / pairs.length) as [
    number,
    number,
  ];
  let [both, ll, rr] = [0, 0, 0];
  for (const [l, r] of pairs) {
    both += (l - ml) * (r - mr);
    ll += (l - ml) ** 2;
    rr += (r - mr) ** 2;
  }
  return both / Math.sqrt(ll * rr + 1e-12);
}

if (values.whisper === undefined) throw new Error('--whisper: the folder of a Whisper model, which listens.');
const whisper = await Whisper.open(values.whisper);
const mouth = new Mouth({ logger: silentLogger, clock: systemClock });
console.log(
  '| Mouth | Sentences | Words misheard | Processor s per s of sound | First clause | Jaw, r | Phones late by | Memory |\n|---|---|---|---|---|---|---|---|',
);
const flite: Speaker = { speak: (...asked) => mouth.speak(...asked), speaksOtherLanguages: false };
await measure('flite', flite, whisper);
if (values.kokoro !== undefined) {
  const kokoro = await Kokoro.open(values.kokoro);
  const neural = new NeuralMouth({
    pronounce: (...asked) => mouth.pronounce(...asked),
    speechOf: (symbols, voice) => kokoro.speak(symbols, voice),
  });
  await measure('Kokoro', { speak: (...asked) => neural.speak(...asked), speaksOtherLanguages: false }, whisper);
}
await mouth.close();
