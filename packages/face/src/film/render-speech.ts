import { rename, rm } from 'node:fs/promises';
import { setImmediate as nextTurn } from 'node:timers/promises';
import {
  createPicture,
  FRAME_INTERVAL_MS,
  FRAMES_PER_SECOND,
  HEAD_STILL,
  MOUTH_AT_REST,
  type PhoneTiming,
  type Picture,
  Resampler,
  WIRE_SAMPLE_RATE_HZ,
} from '@visavis/media/core';
import { Expression } from '@visavis/media/expression';
import { openFace } from '@visavis/media/frames';
import { ArticulationTrack, loadArticulationNetwork } from '@visavis/media/visemes';
import type { FilmFormat, FilmQuality } from '@visavis/protocol';
import { pictureRate } from './film-quality.ts';
import { FilmWriter } from './film-writer.ts';
import { readSpeech, type Speech } from './read-speech.ts';

export type RenderSpeechOptions = {
  /** What is said in the recording, in order of time, where the voice told; left out: the mouth follows the sound alone. */
  readonly phones?: readonly PhoneTiming[] | undefined;
  /** Even, 64 to 4096; 512 when left out. */
  readonly widthPx?: number;
  readonly heightPx?: number;
  /** `mp4` when left out. */
  readonly format?: FilmFormat | undefined;
  /** Without visible loss when left out. */
  readonly quality?: FilmQuality | undefined;
  /** Folder for rendered life loops, see `openFace`. */
  readonly cachePath?: string;
  /**
   * Moves the head, nods and raises the brows with what is said, as in a call. Left out: yes, unless the avatar is a film of a person
   * whose head already moves with what was said then.
   */
  readonly acting?: boolean;
  /** How long the film goes on after the sound, so that the mouth comes to rest. Left out: 400. */
  readonly tailMs?: number;
  /** Called once, before the first picture is drawn. */
  readonly onLength?: (durationMs: number) => void;
  /** Called with each picture of the film before it is coded; what is in it changes afterwards. */
  readonly onPicture?: (picture: Picture) => void;
  /** Called with a growing share from 0 to 1. */
  readonly onProgress?: (share: number) => void;
  /** Stops the work; the promise rejects with the signal's reason and no file is left. */
  readonly signal?: AbortSignal;
};

export type RenderedSpeech = { readonly durationMs: number; readonly pictureCount: number };

/** The mouth comes to rest within this time after the last sound. */
const REST_MS = 400;
/** Other work gets its turn after this many pictures. */
const PICTURES_PER_TURN = 5;
const DEFAULT_SIDE_PX = 512;
/** Of the one reply that a film consists of. */
const REPLY_ID = 'film';

/**
 * Lets an avatar speak a recording: writes a film of 25 pictures per second, an MP4 (H.264, AAC) or a WebM (VP8, Opus), to `outPath`, which appears
 * when complete. The mouth follows `phones`, or else the sound, as the head does. Throws `SpeechError` and `AvatarBundleError`.
 */
export async function renderSpeech(
  bundlePath: string,
  audioPath: string,
  outPath: string,
  options: RenderSpeechOptions = {},
): Promise<RenderedSpeech> {
  const { signal, cachePath } = options;
  signal?.throwIfAborted();
  const widthPx = options.widthPx ?? DEFAULT_SIDE_PX;
  const heightPx = options.heightPx ?? DEFAULT_SIDE_PX;
  const speech = await readSpeech(audioPath);
  const partial = `${outPath}.partial-${process.pid}`;
  const size = { widthPx, heightPx, ...(cachePath && { cachePath }) };
  const pictures = await openPictures(bundlePath, speech, size, options);
  const durationMs = pictures.count * FRAME_INTERVAL_MS;
  try {
    options.onLength?.(durationMs);
    const { format = 'mp4', quality = format === 'webm' ? 'high' : undefined } = options;
    const writer = await FilmWriter.open({
      path: partial,
      widthPx,
      heightPx,
      format,
      sampleRateHz: speech.sampleRateHz,
      ...(quality && {
        rate: pictureRate(format, quality, { widthPx, heightPx, picturesPerSecond: FRAMES_PER_SECOND }),
      }),
    });
    try {
      await writeFilm(writer, pictures, speech, options);
      await writer.finish();
    } finally {
      await writer.close();
    }
    await rename(partial, outPath);
  } catch (error) {
    await rm(partial, { force: true });
    throw error;
  } finally {
    pictures.close();
  }
  return { durationMs, pictureCount: pictures.count };
}

/** Pictures of the speaking avatar, each valid until the next one is drawn. */
type SpeechPictures = {
  readonly count: number;
  draw(index: number): Picture;
  close(): void;
};

async function openPictures(
  bundlePath: string,
  speech: Speech,
  size: { widthPx: number; heightPx: number; cachePath?: string },
  { acting, phones = [], tailMs = REST_MS }: RenderSpeechOptions,
): Promise<SpeechPictures> {
  const resampler = new Resampler(speech.sampleRateHz, WIRE_SAMPLE_RATE_HZ);
  const sound = [resampler.process(speech.pcm), resampler.flush()];
  const track = new ArticulationTrack({ network: await loadArticulationNetwork() });
  track.appendPhones(phones);
  for (const pcm of sound) track.appendAudio(pcm);
  track.finish();
  const face = await openFace(bundlePath, size);
  const performer = face.createPerformer();
  const picture = createPicture(size.widthPx, size.heightPx);
  const acts = acting ?? face.manifest.loop === undefined;
  const expression = new Expression({ seed: face.manifest.id, language: '' });
  if (acts) for (const pcm of sound) expression.appendSound(REPLY_ID, pcm);
  const articulation = { ...MOUTH_AT_REST };
  const durationMs = (speech.pcm.length * 1000) / speech.sampleRateHz + tailMs;
  return {
    count: Math.ceil(durationMs / FRAME_INTERVAL_MS),
    draw(index) {
      // A picture stands for the middle of the time it is shown.
      const positionMs = (index + 0.5) * FRAME_INTERVAL_MS;
      track.sampleAt(positionMs, articulation);
      const pose = expression.advance(positionMs, { turnId: REPLY_ID, positionMs });
      performer.render(index, { articulation, ...pose, head: acts ? pose.head : HEAD_STILL }, picture);
      return picture;
    },
    close: () => face.close(),
  };
}

async function writeFilm(
  writer: FilmWriter,
  pictures: SpeechPictures,
  speech: Speech,
  { signal, onProgress, onPicture }: RenderSpeechOptions,
): Promise<void> {
  const samplesPerPicture = speech.sampleRateHz / FRAMES_PER_SECOND;
  for (let index = 0; index < pictures.count; index++) {
    signal?.throwIfAborted();
    const picture = pictures.draw(index);
    onPicture?.(picture);
    await writer.addPicture(picture);
    const sound = new Int16Array(samplesPerPicture);
    sound.set(speech.pcm.subarray(index * samplesPerPicture, (index + 1) * samplesPerPicture));
    await writer.addSound(sound);
    onProgress?.((index + 1) / pictures.count);
    if (index % PICTURES_PER_TURN === 0) await nextTurn();
  }
}
