import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import createModule, { type Segment } from 'soundswallower';
import { fileOnDisk } from '../../packages/media/src/codecs/film-module.ts';
import { FilmReader, soundContainers } from '../../packages/media/src/codecs/film-reader.ts';
import { type TimedPhone, withHeardPauses } from './alignment-pauses.ts';
import { frenchEntries } from './french-words.ts';

export const HUMAN_SAMPLE_RATE_HZ = 16_000;
const DIGIT_WORDS: Readonly<Record<AlignmentModel, readonly string[]>> = {
  'en-us': 'zero one two three four five six seven eight nine'.split(' '),
  'fr-fr': 'zéro un deux trois quatre cinq six sept huit neuf'.split(' '),
};
/** Phones of the French model as their nearest ARPAbet neighbours. */
const FRENCH_PHONES: Readonly<Record<string, string>> = {
  aa: 'aa',
  ai: 'eh',
  an: 'ao',
  au: 'oh',
  bb: 'b',
  ch: 'sh',
  dd: 'd',
  ee: 'ax',
  ei: 'eh',
  eu: 'uh',
  ff: 'f',
  gg: 'g',
  gn: 'n',
  ii: 'iy',
  in: 'ae',
  jj: 'zh',
  kk: 'k',
  ll: 'l',
  mm: 'm',
  nn: 'n',
  oe: 'uh',
  on: 'oh',
  oo: 'ao',
  ou: 'uw',
  pp: 'p',
  rr: 'hh',
  ss: 's',
  tt: 't',
  un: 'uh',
  uu: 'uw',
  uy: 'w',
  vv: 'v',
  ww: 'w',
  yy: 'y',
  zz: 'z',
};

/** A longer phone shows that words and sound do not fit. */
const LONGEST_PHONE_S = 0.4;

export type AlignmentModel = 'en-us' | 'fr-fr';

/** A recorded prompt: samples at `HUMAN_SAMPLE_RATE_HZ`, phones as [start, end, ARPAbet] in seconds. */
export type AlignedPrompt = {
  readonly samples: Float32Array;
  readonly phones: readonly TimedPhone[];
};

/** Names and words of a transcript of lines `name: words` (Asterisk) or `<s> words </s> (name)` (Sphinx). */
export function readTranscript(text: string): { name: string; text: string }[] {
  return text.split('\n').flatMap((line) => {
    const { name, words } =
      /^(?<name>[\w/-]+): (?<words>.*)$/.exec(line)?.groups ??
      /^<s> (?<words>.*) <\/s> \((?<name>[\w/-]+)\)$/.exec(line)?.groups ??
      {};
    return name === undefined || words === undefined ? [] : [{ name, text: words }];
  });
}

async function decode(path: string): Promise<Float32Array> {
  const reader = await FilmReader.open(fileOnDisk(path, 'read'), soundContainers(path));
  const parts: Float32Array[] = [];
  try {
    if (reader.sound() === null) throw new Error(`${path} has no sound.`);
    for (const { bytes } of reader.frames('aformat=sample_fmts=flt:channel_layouts=mono')) {
      parts.push(new Float32Array(Uint8Array.from(bytes).buffer));
    }
  } finally {
    reader.close();
  }
  return Float32Array.from(parts.flatMap((part) => Array.from(part)));
}

function wordsOf(text: string, model: AlignmentModel): string[] {
  return text
    .toLowerCase()
    .replaceAll('’', "'")
    .replaceAll(/\d/g, (digit) => ` ${DIGIT_WORDS[model][Number(digit)]} `)
    .replaceAll(/[^\p{L}'\- ]/gu, ' ')
    .split(/\s+/)
    .filter((word) => /\p{L}/u.test(word));
}

/** A phone of a model and the one after it in the word, as ARPAbet. */
function symbolOf(phone: string, next: string | undefined): string {
  const name = phone.toLowerCase();
  if (name === 'sil') return 'pau';
  // Before z the o of French is closed, as in “composer”; the dictionary writes it open.
  if (name === 'oo' && next?.toLowerCase() === 'zz') return FRENCH_PHONES.au as string;
  return FRENCH_PHONES[name] ?? name;
}

/** Finds when each phone of a recorded prompt is spoken, by forced alignment with its words. */
export class HumanSpeechAligner {
  readonly #model: AlignmentModel;
  readonly #decoder: InstanceType<Awaited<ReturnType<typeof createModule>>['Decoder']>;

  static async open(model: AlignmentModel): Promise<HumanSpeechAligner> {
    const modelFolder = join(dirname(fileURLToPath(import.meta.resolve('soundswallower'))), 'model/');
    const engine = await createModule({ modelBase: modelFolder } as object);
    const decoder = new engine.Decoder({
      hmm: join(modelFolder, model),
      loglevel: 'FATAL',
      samprate: HUMAN_SAMPLE_RATE_HZ,
    });
    await decoder.initialize();
    return new HumanSpeechAligner(model, decoder);
  }

  private constructor(
    model: AlignmentModel,
    decoder: InstanceType<Awaited<ReturnType<typeof createModule>>['Decoder']>,
  ) {
    this.#model = model;
    this.#decoder = decoder;
  }

  /** Throws an error that names the words nobody knows, or says why the words do not fit the sound. */
  async align(path: string, text: string): Promise<AlignedPrompt> {
    const entries = this.#entriesOf(wordsOf(text, this.#model));
    const samples = await decode(path);
    this.#decoder.set_align_text(entries.join(' '));
    this.#decoder.start();
    this.#decoder.process_audio(samples, false, true);
    this.#decoder.stop();
    const spoken: readonly Segment[] = this.#decoder.get_alignment({ align_level: 1 }).w ?? [];
    const phones = spoken.flatMap(({ w: parts }) =>
      (parts ?? []).map(({ t, b, d }, index): TimedPhone => [b, b + d, symbolOf(t, parts?.[index + 1]?.t)]),
    );
    const heard = withHeardPauses(phones, samples, HUMAN_SAMPLE_RATE_HZ);
    const misfit = heard.find(([start, end, symbol]) => symbol !== 'pau' && end - start > LONGEST_PHONE_S);
    if (misfit !== undefined) throw new Error(`the words do not fit: ${misfit[2]} of ${misfit[1] - misfit[0]} s`);
    return { samples, phones: heard };
  }

  #entriesOf(words: readonly string[]): readonly string[] {
    if (this.#model === 'fr-fr') return frenchEntries(words, this.#decoder);
    const unknown = words.filter((word) => !this.#decoder.lookup_word(word));
    if (unknown.length > 0) throw new Error(`not in the dictionary: ${unknown.join(' ')}`);
    return words;
  }
}
