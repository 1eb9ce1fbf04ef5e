import { basename, extname } from 'node:path';
import { parseArgs } from 'node:util';
import { AvatarBundleError } from '@visavis/media/frames';
import { AVATAR_NOTICES } from '@visavis/protocol';
import { createBundle, InputError, renderSpeech, SpeechError } from './index.ts';

const USAGE = `Usage:
  visavis face make PHOTO|CLIP -o FOLDER [--id ID] [--name NAME]
      makes an avatar bundle from a photo (JPEG, PNG, WebP, BMP, HEIC, AVIF) or a clip (MP4, MOV, WebM, MKV, AVI, GIF) of
      one person
  visavis face speak BUNDLE AUDIO -o FILE.mp4 [--size 512 | --size 720x1280] [--no-acting]
      lets an avatar speak a recording; it nods at stressed syllables, unless it is made from a film or told not to

Exit codes: 0 done, 1 failed, 2 wrong arguments, 3 the file cannot be used, 130 interrupted.`;

const EXIT = { done: 0, failed: 1, usage: 2, unusable: 3, interrupted: 130 } as const;

class UsageError extends Error {}

function readArguments(argv: readonly string[]) {
  try {
    return parseArgs({
      args: [...argv],
      allowPositionals: true,
      allowNegative: true,
      options: {
        out: { type: 'string', short: 'o' },
        id: { type: 'string' },
        name: { type: 'string' },
        size: { type: 'string' },
        acting: { type: 'boolean' },
        help: { type: 'boolean', short: 'h' },
      },
    });
  } catch (error) {
    throw new UsageError(error instanceof Error ? error.message : String(error));
  }
}

/** `--size 512` or `--size 720x1280`. */
function readSize(text: string | undefined): { widthPx: number; heightPx: number } {
  const match = /^(\d{2,4})(?:x(\d{2,4}))?$/.exec(text ?? '512');
  if (match === null) throw new UsageError('--size takes a number or WIDTHxHEIGHT.');
  const widthPx = Number(match[1]);
  return { widthPx, heightPx: Number(match[2] ?? match[1]) };
}

function identifierFrom(path: string): string {
  const name = basename(path, extname(path)).toLowerCase();
  const cleaned = name.replace(/[^a-z0-9]+/g, '-').replace(/^-+|-+$/g, '');
  return cleaned.slice(0, 64) || 'avatar';
}

/** One line that is written over on a terminal, and a line for every tenth elsewhere. */
function showProgress(share: number, step: string): void {
  const percent = Math.floor(share * 100);
  if (process.stderr.isTTY) process.stderr.write(`\r\x1b[K${percent} % ${step}${share >= 1 ? '\n' : ''}`);
  else if (percent >= nextPercent) {
    process.stderr.write(`${percent} % ${step}\n`);
    nextPercent = percent - (percent % 10) + 10;
  }
}
let nextPercent = 0;

async function run(argv: readonly string[], signal: AbortSignal): Promise<number> {
  const { values, positionals } = readArguments(argv);
  const [topic, action, ...paths] = positionals;
  if (values.help === true || (topic === undefined && argv.length === 0)) {
    console.log(USAGE);
    return EXIT.done;
  }
  const { out } = values;
  const [first, second] = paths;
  if (topic !== 'face' || out === undefined || first === undefined) throw new UsageError('');
  if (action === 'make' && paths.length === 1) {
    const id = values.id ?? identifierFrom(first);
    if (!/^[a-z0-9][a-z0-9-]{0,63}$/.test(id))
      throw new UsageError('--id takes lower-case letters, digits and dashes.');
    const options = { id, displayName: values.name ?? id, signal, onProgress: showProgress };
    const { notice } = await createBundle(first, out, options);
    if (notice !== undefined) console.error(`${notice}: ${AVATAR_NOTICES[notice]}`);
    console.log(out);
    return EXIT.done;
  }
  if (action === 'speak' && second !== undefined && paths.length === 2) {
    const size = readSize(values.size);
    const onProgress = (share: number): void => showProgress(share, 'speaking');
    const acting = values.acting === undefined ? {} : { acting: values.acting };
    await renderSpeech(first, second, out, { ...size, ...acting, onProgress, signal });
    console.log(out);
    return EXIT.done;
  }
  throw new UsageError('');
}

/** Says what went wrong in one line; returns the exit code. */
function report(error: unknown): number {
  if (error instanceof UsageError) {
    console.error(error.message === '' ? USAGE : `${error.message}\n\n${USAGE}`);
    return EXIT.usage;
  }
  if (error instanceof InputError || error instanceof SpeechError) {
    console.error(`${error.reason}: ${error.message}`);
    return EXIT.unusable;
  }
  if (error instanceof AvatarBundleError || error instanceof RangeError) console.error(error.message);
  else console.error(error instanceof Error ? error.message : error);
  return EXIT.failed;
}

/**
 * The command line of the face library: `face make photo-or-clip -o folder` and `face speak bundle audio.wav -o out.mp4`. Says itself what
 * went wrong, ends its work when the process is told to end, and resolves to the exit code.
 */
export async function runFaceCommand(argv: readonly string[]): Promise<number> {
  const interruption = new AbortController();
  process.once('SIGINT', () => interruption.abort());
  process.once('SIGTERM', () => interruption.abort());
  try {
    return await run(argv, interruption.signal);
  } catch (error) {
    return interruption.signal.aborted ? EXIT.interrupted : report(error);
  }
}
