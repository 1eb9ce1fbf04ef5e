// The process that makes one film: takes the task as its argument, tells how far it is, and ends.
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { createBundle, dubClip, InputError, renderSpeech, SpeechError } from '@visavis/face';
import { leaveEndToParent, outliveReaders } from '@visavis/media/process-group';
import { VoiceSampler } from '@visavis/media/voice-sampler';
import { FILM_PROBLEMS, type FilmProblem, filled, type SentenceValues } from '@visavis/protocol';
import type * as z from 'zod';
import { type FilmMessage, filmTaskSchema } from './film-messages.ts';

type Task = z.output<typeof filmTaskSchema>;
type Made = Omit<Extract<FilmMessage, { kind: 'made' }>, 'kind'>;

/** Side of the films of pictures and avatars. */
const PORTRAIT_PX = 512;
/** Share of the whole work that is over when the face of a picture is made. */
const FACE_SHARE = 0.7;
const PROGRESS_INTERVAL_MS = 200;
const SILENT = { debug() {}, info() {}, warn() {}, error() {} };

class Unusable extends Error {
  readonly code: FilmProblem;

  constructor(code: FilmProblem, values: SentenceValues = {}) {
    super(filled(FILM_PROBLEMS[code], values));
    this.code = code;
  }
}

function tell(message: FilmMessage): Promise<void> {
  return new Promise((resolve) => {
    if (process.send === undefined) resolve();
    else process.send(message, () => resolve());
  });
}

let toldAtMs = 0;
let toldStep = '';
/** Every picture is a step on: some of them are enough to tell. */
function tellProgress(share: number, step: Extract<FilmMessage, { kind: 'progress' }>['step']): void {
  const nowMs = performance.now();
  if (step === toldStep && nowMs - toldAtMs < PROGRESS_INTERVAL_MS) return;
  [toldAtMs, toldStep] = [nowMs, step];
  void tell({ kind: 'progress', share: Math.min(1, share), step });
}

function tellLength(durationMs: number): void {
  void tell({ kind: 'length', durationMs });
}

/** Path of what is heard. */
async function soundOf({ sound, workFolder }: Task): Promise<string> {
  if (sound.kind === 'file') return sound.path;
  tellProgress(0, 'speaking the text');
  const sampler = new VoiceSampler(SILENT);
  try {
    const spoken = await sampler.speak(sound, new AbortController().signal);
    if (spoken.kind === 'unspeakable') throw new Unusable('no-voice', { language: spoken.language });
    const path = join(workFolder, 'spoken.wav');
    await writeFile(path, spoken.wav, { mode: 0o600 });
    return path;
  } finally {
    await sampler.close();
  }
}

async function make(task: Task): Promise<Made> {
  const { picture, options, workFolder, outPath } = task;
  const audioPath = await soundOf(task);
  if (picture.kind === 'video') {
    const { syncMode, speaker } = options;
    return dubClip({
      ...{ videoPath: picture.path, audioPath, outPath, onProgress: tellProgress, onLength: tellLength },
      options: { ...(syncMode && { syncMode }), ...(speaker && { speaker }) },
    });
  }
  if (picture.kind === 'bundle') return film(task, picture.path, audioPath, 0);
  const bundle = join(workFolder, 'face');
  await createBundle(picture.path, bundle, {
    ...{ id: 'face', displayName: 'Face' },
    onProgress: (share) => tellProgress(share * FACE_SHARE, 'making the face'),
  });
  return film(task, bundle, audioPath, FACE_SHARE);
}

/** The face of a bundle speaks; `from` is the share of the work that is over. */
async function film(task: Task, bundle: string, audioPath: string, from: number): Promise<Made> {
  const { outPath, cacheFolder, workFolder } = task;
  const { durationMs } = await renderSpeech(bundle, audioPath, outPath, {
    // As long as its sound, like the film of a clip.
    ...{ widthPx: PORTRAIT_PX, heightPx: PORTRAIT_PX, tailMs: 0 },
    // A face that is made for one film is rendered for it alone.
    cachePath: task.picture.kind === 'bundle' ? cacheFolder : join(workFolder, 'cache'),
    onLength: tellLength,
    onProgress: (share) => tellProgress(from + share * (1 - from), 'drawing the mouth'),
  });
  return { durationMs, widthPx: PORTRAIT_PX, heightPx: PORTRAIT_PX };
}

function outcomeOf(error: unknown): FilmMessage {
  if (error instanceof Unusable) return { kind: 'refused', code: error.code, message: error.message };
  if (error instanceof InputError || error instanceof SpeechError) {
    return { kind: 'refused', code: error.reason, message: error.message };
  }
  return { kind: 'broke', detail: error instanceof Error ? (error.stack ?? error.message) : String(error) };
}

// What ends with the server's terminal is no failure of this making: the server goes on with it at its next start.
leaveEndToParent();
outliveReaders();
// Nobody is left to make it for.
process.on('disconnect', () => process.exit(1));

try {
  const { durationMs, widthPx, heightPx } = await make(filmTaskSchema.parse(JSON.parse(process.argv[2] ?? '')));
  await tell({ kind: 'made', durationMs, widthPx, heightPx });
} catch (error) {
  await tell(outcomeOf(error));
}
process.exit(0);
