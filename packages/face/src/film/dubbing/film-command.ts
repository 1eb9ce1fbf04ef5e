import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import type { PhoneTiming } from '@visavis/media/core';
import {
  FILM_QUALITIES,
  type FilmOutput,
  type FilmSegment,
  type FilmSpeaker,
  LIMITS,
  parseSegments,
  segmentsFault,
  segmentsInOrder,
} from '@visavis/protocol';
import { InputError } from '../../input-error.ts';
import { FilmOptionError } from '../option-error.ts';
import { OutPathError } from '../out-path.ts';
import { SpeechError } from '../read-speech.ts';
import { dubClip } from './dub-clip.ts';
import { SYNC_MODES, type SyncMode } from './picture-order.ts';

const USAGE = `Usage:
  visavis film --video CLIP --audio SPEECH|--text TEXT -o FILE.mp4 [--voice NAME] [--language TAG]
               [--sync-mode ${SYNC_MODES.join('|')}] [--speaker X,Y[,SECONDS]|auto] [--segments 1-3,5-8] [--original-volume 0.2]
               [--size 1280x720] [--quality low|medium|high]
      lets the person in a clip say what a recording says; mouth and jaw are drawn anew, all else stays. Clips: MP4, MOV, WebM,
      MKV, AVI, GIF; speech: WAV, MP3, FLAC, Ogg, Opus, AAC, M4A, AMR, or the sound of a film; at most 30 minutes.
  --text       what is said, in place of a recording: a voice of this machine speaks it, and the lips know each of its sounds
  --voice      who speaks the text, like alloy (the default) or onyx; --language its language, like en or de, if it cannot be told
  --sync-mode  what happens where clip and speech differ in length: loop shows the clip again and again (the default), bounce
               forwards and backwards, cut_off ends with the shorter one, silence with the longer, remap changes the clip's speed
  --speaker    a place on the face that speaks, in pixels of the clip's picture at that time (the first one when left out), or auto:
               the face that talks in the clip; the largest face when left out
  --segments   the only stretches of the clip that speak, in seconds, one part of the speech after the other; between them picture
               and sound stay, and the film is as long as the clip
  --size       of the film, like 1280x720, 1280 (the width) or x720 (the height), in the clip's proportions; even numbers to 4096
  --quality    how much of the picture the file keeps: high (the default), medium, low; the less, the smaller
  --original-volume  how loud the clip's sound is under the speech, from 0 (the default) to 1

Exit codes: 0 done, 1 failed, 2 wrong arguments, 3 a file cannot be used, 130 interrupted.`;

const EXIT = { done: 0, failed: 1, usage: 2, unusable: 3, interrupted: 130 } as const;
const BAR_WIDTH = 30;
const USUAL_VOICE = 'alloy';

export type FilmText = { readonly text: string; readonly voice: string; readonly language: string };
/** WAV, and what is said in it. */
export type SpokenText = { readonly wav: Uint8Array; readonly phones: readonly PhoneTiming[] };
/** A mouth for texts. Throws `FilmOptionError` for what it cannot speak. */
export type TextSpeaker = (text: FilmText, signal: AbortSignal) => Promise<SpokenText>;
type Said = { readonly audioPath: string } | FilmText;

type FilmArguments = {
  readonly video: string;
  readonly said: Said;
  readonly out: string;
  readonly syncMode: SyncMode;
  readonly speaker: FilmSpeaker | undefined;
  readonly segments: readonly FilmSegment[] | undefined;
  readonly originalVolume: number | undefined;
  readonly output: FilmOutput;
};

/** What is asked for; a sentence where it cannot be understood. */
function readArguments(argv: readonly string[]): FilmArguments | string {
  const { values } = parseArgs({
    args: [...argv],
    options: {
      video: { type: 'string' },
      audio: { type: 'string' },
      text: { type: 'string' },
      voice: { type: 'string' },
      language: { type: 'string' },
      out: { type: 'string', short: 'o' },
      'sync-mode': { type: 'string' },
      speaker: { type: 'string' },
      segments: { type: 'string' },
      'original-volume': { type: 'string' },
      size: { type: 'string' },
      quality: { type: 'string' },
    },
  });
  const { video, out } = values;
  const said = readSaid(values);
  if (typeof said === 'string') return said;
  if (video === undefined || said === null || out === undefined)
    return '--video, --audio or --text, and -o are needed.';
  const { 'sync-mode': mode, 'original-volume': volume } = values;
  const syncMode = SYNC_MODES.find((one) => one === (mode ?? 'loop'));
  if (syncMode === undefined) return `--sync-mode takes one of: ${SYNC_MODES.join(', ')}.`;
  const speaker = values.speaker === undefined ? undefined : readSpeaker(values.speaker);
  if (speaker === null)
    return '--speaker takes X,Y in pixels, like 320,180, with a time in seconds 320,180,2.5, or auto.';
  const segments = values.segments === undefined ? undefined : parseSegments(values.segments);
  if (segments === null) return '--segments takes stretches of the clip in seconds, like 1-3,5-8.';
  const fault = segments && segmentsFault(segments, '--segments');
  if (typeof fault === 'string') return fault;
  if (segments && mode !== undefined) return 'With --segments the film is as long as its clip: leave --sync-mode out.';
  const isVolume = volume === undefined || (/^\d(\.\d+)?$/.test(volume) && Number(volume) <= 1);
  if (syncMode === 'remap' && Number(volume) > 0)
    return 'remap changes the clip’s speed, which its sound cannot follow.';
  if (!isVolume) return '--original-volume takes a number from 0 to 1, like 0.2.';
  const output = readOutput(values, out);
  if (typeof output === 'string') return output;
  return {
    output,
    video,
    said,
    out,
    syncMode,
    segments: segments && segmentsInOrder(segments),
    speaker,
    originalVolume: volume === undefined ? undefined : Number(volume),
  };
}

type SaidValues = { readonly [Name in 'audio' | 'text' | 'voice' | 'language']?: string };

/** Null: nothing is given. */
function readSaid({ audio, text, voice, language }: SaidValues): Said | string | null {
  const most = LIMITS.characters.spokenText;
  if (audio !== undefined && text !== undefined) return 'Give --audio or --text, not both.';
  if (text === undefined && (voice ?? language) !== undefined) return '--voice and --language are for a --text.';
  if (audio !== undefined) return { audioPath: audio };
  if (text === undefined) return null;
  if (!/[\p{L}\p{N}]/u.test(text)) return '--text holds nothing that can be spoken.';
  if (text.length > most) return `--text takes ${most} characters at most. Make several films, or send the sound.`;
  return { text, voice: voice ?? USUAL_VOICE, language: language ?? '' };
}

function readSpeaker(text: string): FilmSpeaker | null {
  if (text === 'auto') return text;
  const [, x, y, seconds] = /^(\d{1,5}),(\d{1,5})(?:,(\d{1,5}(?:\.\d{1,9})?))?$/.exec(text) ?? [];
  if (x === undefined || y === undefined) return null;
  return { x: Number(x), y: Number(y), timeMs: seconds === undefined ? undefined : 1000 * Number(seconds) };
}

const SIZE = /^(\d{2,4})?(?:x(\d{2,4}))?$/;

/** The file's name says its format. */
function readOutput({ size, quality }: { size?: string; quality?: string }, out: string): FilmOutput | string {
  const sides = size === undefined ? [] : SIZE.exec(size);
  const [, widthPx, heightPx] = (sides ?? []).map((side) => (side === undefined ? undefined : Number(side)));
  const [least, most] = LIMITS.ranges.filmSidePx;
  const isSide = (side: number = least): boolean => side % 2 === 0 && side >= least && side <= most;
  if (size === '' || sides === null || !isSide(widthPx) || !isSide(heightPx)) {
    return `--size takes even numbers of pixels from ${least} to ${most}, like 1280x720, 1280 or x720.`;
  }
  const inQuality = FILM_QUALITIES.find((one) => one === quality);
  if (quality !== undefined && inQuality === undefined) return `--quality takes one of: ${FILM_QUALITIES.join(', ')}.`;
  return { widthPx, heightPx, quality: inQuality, format: /\.webm$/i.test(out) ? 'webm' : 'mp4' };
}

/** A bar that is written over on a terminal, and a line for every tenth elsewhere. */
function progressBar(): (share: number, step: string) => void {
  let nextPercent = 0;
  return (share, step) => {
    const percent = Math.floor(share * 100);
    if (process.stderr.isTTY) {
      const done = Math.round(share * BAR_WIDTH);
      const bar = `${'█'.repeat(done)}${'░'.repeat(BAR_WIDTH - done)}`;
      process.stderr.write(`\r\x1b[K${bar} ${percent} % ${step}${share >= 1 ? '\n' : ''}`);
    } else if (percent >= nextPercent) {
      process.stderr.write(`${percent} % ${step}\n`);
      nextPercent = percent - (percent % 10) + 10;
    }
  };
}

async function run(argv: readonly string[], speak: TextSpeaker, signal: AbortSignal): Promise<number> {
  if (argv.length === 0 || argv.includes('--help') || argv.includes('-h')) {
    console.log(USAGE);
    return EXIT.done;
  }
  let wanted: FilmArguments | string;
  try {
    wanted = readArguments(argv);
  } catch (error) {
    wanted = error instanceof Error ? error.message : String(error);
  }
  if (typeof wanted === 'string') {
    console.error(`${wanted}\n\n${USAGE}`);
    return EXIT.usage;
  }
  const { said } = wanted;
  if ('audioPath' in said) await film(wanted, said, signal);
  else {
    const folder = await mkdtemp(join(tmpdir(), 'visavis-film-'));
    try {
      const { wav, phones } = await speak(said, signal);
      const audioPath = join(folder, 'spoken.wav');
      await writeFile(audioPath, wav, { mode: 0o600 });
      await film(wanted, { audioPath, phones }, signal);
    } finally {
      await rm(folder, { recursive: true, force: true });
    }
  }
  console.log(wanted.out);
  return EXIT.done;
}

async function film(
  { video, out, syncMode, speaker, segments, originalVolume, output }: FilmArguments,
  sound: { readonly audioPath: string; readonly phones?: readonly PhoneTiming[] },
  signal: AbortSignal,
): Promise<void> {
  await dubClip({
    ...sound,
    videoPath: video,
    outPath: out,
    options: {
      syncMode,
      output,
      ...(speaker && { speaker }),
      ...(segments && { segments }),
      ...(originalVolume !== undefined && { originalVolume }),
    },
    onProgress: progressBar(),
    signal,
  });
}

/**
 * `visavis film --video a.mp4 --audio b.wav -o out.mp4`. Says itself what went wrong, ends its work when the process is told to end,
 * and resolves to the exit code. `speak`: for those that are given a text.
 */
export async function runFilmCommand(argv: readonly string[], speak: TextSpeaker): Promise<number> {
  const interruption = new AbortController();
  process.once('SIGINT', () => interruption.abort());
  process.once('SIGTERM', () => interruption.abort());
  process.once('SIGHUP', () => interruption.abort());
  try {
    return await run(argv, speak, interruption.signal);
  } catch (error) {
    if (interruption.signal.aborted) return EXIT.interrupted;
    if (error instanceof InputError || error instanceof SpeechError) {
      console.error(`${error.reason}: ${error.message}`);
      return EXIT.unusable;
    }
    console.error(error instanceof Error ? error.message : error);
    return error instanceof OutPathError || error instanceof FilmOptionError ? EXIT.usage : EXIT.failed;
  }
}
