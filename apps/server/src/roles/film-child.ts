// The process that makes one film.
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import {
  createBundle,
  dubClip,
  FilmOptionError,
  filmIdleLoop,
  InputError,
  measureFilm,
  previewOf,
  renderSpeech,
  SpeechError,
} from '@visavis/face';
import type { PhoneTiming, Picture } from '@visavis/media/core';
import type * as z from 'zod';
import { type FilmMessage, filmTaskSchema } from './film-messages.ts';
import { makeAndTell, readTask, tellServer } from './making-side.ts';
import { speakFilmText } from './speak-film-text.ts';

type Task = z.output<typeof filmTaskSchema>;
type Made = Omit<Extract<FilmMessage, { kind: 'made' }>, 'kind'>;

/** Side of the films of pictures and avatars. */
const PORTRAIT_PX = 512;
/** Making the face of a picture takes as long as drawing so much film. */
const FACE_MS = 30_000;
const LOOP_FACE_SHARE = 0.7;
const PROGRESS_INTERVAL_MS = 200;
const PREVIEW_INTERVAL_MS = 4_000;

const tell = (message: FilmMessage): Promise<void> => tellServer(message);

let toldAtMs = 0;
let toldStep = '';
/** Every picture is a step on: some of them are enough to tell. */
function tellProgress(share: number, step: Extract<FilmMessage, { kind: 'progress' }>['step']): void {
  const nowMs = performance.now();
  if (step === toldStep && nowMs - toldAtMs < PROGRESS_INTERVAL_MS) return;
  [toldAtMs, toldStep] = [nowMs, step];
  void tell({ kind: 'progress', share: Math.min(1, share), step });
}

let previewedAtMs = Number.NEGATIVE_INFINITY;
/** Now and then one of the pictures is shown, small: the first at once. */
function showPicture(picture: Picture): void {
  const nowMs = performance.now();
  if (nowMs - previewedAtMs < PREVIEW_INTERVAL_MS) return;
  previewedAtMs = nowMs;
  const show = (jpeg: Uint8Array) => tell({ kind: 'preview', jpeg: Buffer.from(jpeg).toString('base64') });
  // Only for looks: the film goes on without it.
  previewOf(picture).then(show, () => {});
}

function tellLength(durationMs: number): void {
  void tell({ kind: 'length', durationMs });
}

/** `phones`: what is said, where a voice of this machine said it. */
type Heard = { readonly audioPath: string; readonly phones?: readonly PhoneTiming[] };

/** What is heard; null: nothing. */
async function soundOf({ sound, workFolder }: Task): Promise<Heard | null> {
  if (sound.kind === 'none') return null;
  if (sound.kind === 'file') return { audioPath: sound.path };
  tellProgress(0, 'speaking the text');
  const { wav, phones } = await speakFilmText(sound, new AbortController().signal);
  const audioPath = join(workFolder, 'spoken.wav');
  await writeFile(audioPath, wav, { mode: 0o600 });
  return { audioPath, phones };
}

async function make(task: Task): Promise<Made> {
  const { picture, options, outPath } = task;
  const heard = await soundOf(task);
  if (heard === null) return loop(task);
  const ofClip = picture.kind === 'video';
  const lengthMs = await measureFilm({
    videoPath: ofClip ? picture.path : null,
    sound: { path: heard.audioPath },
    syncMode: options.syncMode,
    isWholeClip: options.segments !== undefined,
  });
  // What costs more than there is ends before the work: what is drawn differs by pictures at most.
  tellLength(lengthMs);
  if (picture.kind === 'video') {
    const { syncMode, speaker, segments, originalVolume, output } = options;
    return dubClip({
      ...heard,
      videoPath: picture.path,
      outPath,
      onProgress: tellProgress,
      onLength: tellLength,
      onPicture: showPicture,
      options: {
        ...(syncMode && { syncMode }),
        ...(speaker && { speaker }),
        ...(segments && { segments }),
        ...(output && { output }),
        ...(originalVolume !== undefined && { originalVolume }),
      },
    });
  }
  if (picture.kind === 'bundle') return film(task, picture.path, heard, 0);
  const faceShare = FACE_MS / (FACE_MS + lengthMs);
  return film(task, await makeFace(task, faceShare), heard, faceShare);
}

/** Makes the face of a picture; `until` is the share of the work that is over then. Gives its bundle. */
async function makeFace({ picture, workFolder }: Task, until: number): Promise<string> {
  const bundle = join(workFolder, 'face');
  await createBundle(picture.path, bundle, {
    id: 'face',
    displayName: 'Face',
    onProgress: (share) => tellProgress(share * until, 'making the face'),
  });
  return bundle;
}

/** The face waits, and says nothing. */
async function loop(task: Task): Promise<Made> {
  const from = task.picture.kind === 'bundle' ? 0 : LOOP_FACE_SHARE;
  const bundle = task.picture.kind === 'bundle' ? task.picture.path : await makeFace(task, from);
  const { durationMs } = await filmIdleLoop(bundle, task.outPath, {
    sidePx: PORTRAIT_PX,
    cachePath: join(task.workFolder, 'cache'),
    onLength: tellLength,
    onPicture: showPicture,
    onProgress: (share) => tellProgress(from + share * (1 - from), 'making the face'),
  });
  return { durationMs, widthPx: PORTRAIT_PX, heightPx: PORTRAIT_PX };
}

/** The face of a bundle speaks; `from` is the share of the work that is over. */
async function film(task: Task, bundle: string, { audioPath, phones }: Heard, from: number): Promise<Made> {
  const { outPath, cacheFolder, workFolder } = task;
  const { format, quality, ...sides } = task.options.output ?? {};
  // Avatars are drawn in any proportions; of one side alone they are square.
  const widthPx = sides.widthPx ?? sides.heightPx ?? PORTRAIT_PX;
  const heightPx = sides.heightPx ?? widthPx;
  const { durationMs } = await renderSpeech(bundle, audioPath, outPath, {
    // As long as its sound, like the film of a clip.
    phones,
    widthPx,
    heightPx,
    format,
    quality,
    tailMs: 0,
    // A face that is made for one film is rendered for it alone.
    cachePath: task.picture.kind === 'bundle' ? cacheFolder : join(workFolder, 'cache'),
    onLength: tellLength,
    onPicture: showPicture,
    onProgress: (share) => tellProgress(from + share * (1 - from), 'drawing the mouth'),
  });
  return { durationMs, widthPx, heightPx };
}

function refusalOf(error: unknown): FilmMessage | null {
  if (error instanceof InputError || error instanceof SpeechError || error instanceof FilmOptionError) {
    return { kind: 'refused', code: error.reason, message: error.message };
  }
  return null;
}

await makeAndTell<FilmMessage>(async () => {
  const { durationMs, widthPx, heightPx } = await make(filmTaskSchema.parse(await readTask()));
  return { kind: 'made', durationMs, widthPx, heightPx };
}, refusalOf);
