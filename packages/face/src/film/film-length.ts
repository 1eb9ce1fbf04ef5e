import { FRAME_INTERVAL_MS } from '@visavis/media/core';
import { openFilmClip, pictureMs } from './dubbing/film-clip.ts';
import type { SyncMode } from './dubbing/picture-order.ts';
import { measureSpeech } from './dubbing/speech-sound.ts';
import { MAX_PORTRAIT_S, SPEECH_PROBLEMS } from './read-speech.ts';

export type FilmLengthRequest = {
  /** Null: the film is as long as its sound, whatever it shows. */
  readonly videoPath: string | null;
  /** False: the film of a picture or an avatar, for which other limits hold. Left out: it is, where there is a `videoPath`. */
  readonly isClip?: boolean | undefined;
  /** Of the sound: a file, or how long it is. */
  readonly sound: { readonly path: string } | { readonly durationMs: number };
  /** `loop` when left out. */
  readonly syncMode?: SyncMode | undefined;
  /** The film is the whole clip, of which some stretches are drawn anew. */
  readonly isWholeClip?: boolean | undefined;
  readonly signal?: AbortSignal | undefined;
};

/**
 * How long a film will be, before anything of it is drawn: by what the containers say of the clip, and what can be decoded of the sound.
 * Throws `InputError` and `SpeechError` for files of which no film can be made.
 */
export async function measureFilm(request: FilmLengthRequest): Promise<number> {
  const { videoPath, syncMode = 'loop', isWholeClip = false } = request;
  const clip = videoPath === null ? null : await openFilmClip(videoPath);
  const stepMs = clip === null ? FRAME_INTERVAL_MS : pictureMs(clip.rate);
  const speechMs = await soundMs(request);
  if (clip === null) return Math.ceil(speechMs / stepMs) * stepMs;
  const clipCount = Math.max(1, Math.round((1000 * clip.durationS) / stepMs));
  const speechCount = Math.max(1, Math.round(speechMs / stepMs));
  if (isWholeClip) return clipCount * stepMs;
  if (syncMode === 'cut_off') return Math.min(clipCount, speechCount) * stepMs;
  return (syncMode === 'silence' ? Math.max(clipCount, speechCount) : speechCount) * stepMs;
}

async function soundMs({ videoPath, isClip = videoPath !== null, sound, signal }: FilmLengthRequest): Promise<number> {
  if ('durationMs' in sound) return sound.durationMs;
  const ofPortrait = { maxS: MAX_PORTRAIT_S, sentence: SPEECH_PROBLEMS['too-long'] };
  return 1000 * (await measureSpeech(sound.path, { ...(!isClip && ofPortrait), signal }));
}
