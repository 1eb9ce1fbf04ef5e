import {
  type FilmFormat,
  type FilmQuality,
  type FilmSegment,
  type FilmSpeaker,
  type FilmSyncMode,
  segmentsFault,
} from '@visavis/protocol';
import type { CreateGeneration, Generation } from '@visavis/protocol/rest';

/** A file of somebody's disk, or of the microphone, on an upload link. */
export type SentFile = {
  readonly uploadId: string;
  /** The link: it stands for the file in an order. */
  readonly url: string;
  readonly name: string;
  readonly bytes: number;
  /** By which the same file is known again. */
  readonly lastModified: number;
  /** By its first bytes. */
  readonly kind: 'picture' | 'video' | 'sound';
  /** All of it is on the server. */
  readonly isReady: boolean;
};

export const PICTURE_SOURCES = ['file', 'avatar', 'address'] as const;
export const SOUND_SOURCES = ['text', 'record', 'file', 'address'] as const;

/** What somebody wants made. What was chosen stays when another source is looked at. */
export type FilmWish = {
  readonly pictureFrom: (typeof PICTURE_SOURCES)[number];
  readonly pictureFile: SentFile | null;
  readonly avatarId: string | null;
  readonly pictureUrl: string;
  /** What is at the address. */
  readonly pictureKind: 'video' | 'image';
  /** The person shown has agreed. */
  readonly agreed: boolean;
  readonly soundFrom: (typeof SOUND_SOURCES)[number];
  readonly text: string;
  /** Empty: the usual one. */
  readonly voice: string;
  /** Empty: by the text. */
  readonly language: string;
  readonly recording: SentFile | null;
  readonly soundFile: SentFile | null;
  readonly soundUrl: string;
  /** All of the clip speaks, or only stretches of it. */
  readonly extent: 'all' | 'parts';
  readonly segments: readonly FilmSegment[];
  readonly syncMode: FilmSyncMode;
  /** How loud the clip is under the speech, 0 to 1. */
  readonly originalVolume: number;
  /** Null: as high as what it is made of. */
  readonly heightPx: number | null;
  /** Of a film that is done again in the size that was ordered over the interface; the form asks for heights alone. */
  readonly widthPx: number | null;
  readonly format: FilmFormat;
  readonly quality: FilmQuality;
  /** Null: the largest face. */
  readonly speaker: FilmSpeaker | null;
};

export const NO_WISH: FilmWish = {
  pictureFrom: 'file',
  pictureFile: null,
  avatarId: null,
  pictureUrl: '',
  pictureKind: 'video',
  agreed: false,
  soundFrom: 'text',
  text: '',
  voice: '',
  language: '',
  recording: null,
  soundFile: null,
  soundUrl: '',
  extent: 'all',
  segments: [],
  syncMode: 'loop',
  originalVolume: 0,
  speaker: null,
  heightPx: null,
  widthPx: null,
  format: 'mp4',
  quality: 'high',
};

/** Of a clip mouths are drawn anew; a photo and an avatar become a face of their own. */
export function isOfClip({ pictureFrom, pictureFile, pictureKind }: FilmWish): boolean {
  if (pictureFrom === 'file') return pictureFile?.kind === 'video';
  return pictureFrom === 'address' && pictureKind === 'video';
}

/** What holds of another clip, too. */
export function unmarked(speaker: FilmWish['speaker']): FilmWish['speaker'] {
  return speaker === 'auto' ? speaker : null;
}

/** The file of the picture, and that of the sound, which the order needs on the server. */
export function filesOf({ pictureFrom, pictureFile, soundFrom, recording, soundFile }: FilmWish) {
  const sound = soundFrom === 'record' ? recording : soundFrom === 'file' ? soundFile : null;
  return { picture: pictureFrom === 'file' ? pictureFile : null, sound };
}

export type Missing = 'picture' | 'avatar' | 'sound' | 'agreed' | 'segments';

/** What has to be chosen; fields that are typed in say so themselves. */
export function missingOf(wish: FilmWish): ReadonlySet<Missing> {
  const { pictureFrom, soundFrom, avatarId, agreed } = wish;
  const { picture, sound } = filesOf(wish);
  const missing = new Set<Missing>();
  if (pictureFrom === 'file' && picture === null) missing.add('picture');
  if (pictureFrom === 'avatar' && avatarId === null) missing.add('avatar');
  if (pictureFrom !== 'avatar' && !agreed) missing.add('agreed');
  if ((soundFrom === 'file' || soundFrom === 'record') && sound === null) missing.add('sound');
  if (isOfClip(wish) && wish.extent === 'parts' && segmentsFault(wish.segments, '') !== null) missing.add('segments');
  return missing;
}

/** What is asked of the server; null while something is missing. */
export function orderOf(wish: FilmWish): CreateGeneration | null {
  if (missingOf(wish).size > 0) return null;
  return { ...pictureOf(wish), ...soundOf(wish), ...settingsOf(wish), ...outputOf(wish) };
}

/** An order whose price can be asked: nothing in it is still to be typed. */
export function estimableOrder(wish: FilmWish): CreateGeneration | null {
  const order = orderOf({ ...wish, agreed: true });
  const { videoUrl, imageUrl, audioUrl, text } = order ?? {};
  const isTyped = [videoUrl, imageUrl, audioUrl].every((url) => url === undefined || URL.canParse(url));
  return isTyped && text?.trim() !== '' ? order : null;
}

function pictureOf({ pictureFrom, pictureFile, avatarId, pictureUrl, pictureKind }: FilmWish): CreateGeneration {
  if (pictureFrom === 'avatar') return { avatar: avatarId ?? '' };
  const isVideo = pictureFrom === 'file' ? pictureFile?.kind === 'video' : pictureKind === 'video';
  const url = pictureFrom === 'file' ? (pictureFile?.url ?? '') : pictureUrl.trim();
  return isVideo ? { videoUrl: url } : { imageUrl: url };
}

function soundOf(wish: FilmWish): CreateGeneration {
  const { soundFrom, text, voice, language, soundUrl } = wish;
  if (soundFrom === 'address') return { audioUrl: soundUrl.trim() };
  if (soundFrom !== 'text') return { audioUrl: filesOf(wish).sound?.url ?? '' };
  return { text, ...(voice === '' ? {} : { voice }), ...(language === '' ? {} : { language }) };
}

function settingsOf(wish: FilmWish): CreateGeneration {
  if (!isOfClip(wish)) return {};
  const { extent, segments, syncMode, originalVolume, speaker } = wish;
  const isInParts = extent === 'parts';
  const isAtItsPace = isInParts || syncMode !== 'remap';
  return {
    ...(isInParts ? { segments: [...segments] } : syncMode === 'loop' ? {} : { syncMode }),
    ...(isAtItsPace && originalVolume > 0 ? { originalVolume } : {}),
    ...(speaker === null ? {} : { speaker }),
  };
}

/** What differs from what is made anyway. */
function outputOf({ widthPx, heightPx, format, quality }: FilmWish): CreateGeneration {
  const output = {
    ...(widthPx === null ? {} : { widthPx }),
    ...(heightPx === null ? {} : { heightPx }),
    ...(format === NO_WISH.format ? {} : { format }),
    ...(quality === NO_WISH.quality ? {} : { quality }),
  };
  return Object.keys(output).length === 0 ? {} : { output };
}

/** The same choices once more, as far as the film tells them: its files are named by their links. */
export function wishOf({ picture, sound, options }: Generation): FilmWish {
  return { ...NO_WISH, ...pictureWish(picture), ...soundWish(sound), ...settingsWish(options) };
}

function settingsWish({
  syncMode,
  speaker,
  segments,
  originalVolume,
  output: { widthPx, heightPx, format, quality } = {},
}: Generation['options']): Partial<FilmWish> {
  return {
    ...(widthPx && { widthPx }),
    ...(heightPx && { heightPx }),
    ...(format && { format }),
    ...(quality && { quality }),
    ...(segments && { extent: 'parts', segments }),
    ...(syncMode && { syncMode }),
    ...(originalVolume && { originalVolume }),
    ...(speaker && { speaker }),
  };
}

function pictureWish({ kind, url, avatarId }: Generation['picture']): Partial<FilmWish> {
  if (kind === 'avatar') return { pictureFrom: 'avatar', avatarId };
  const file = fileAt(url ?? '', kind === 'video' ? 'video' : 'picture');
  if (file !== null) return { pictureFrom: 'file', pictureFile: file };
  return { pictureFrom: 'address', pictureKind: kind, pictureUrl: url ?? '' };
}

function soundWish({ kind, url, text, voice, language }: Generation['sound']): Partial<FilmWish> {
  if (kind === 'text') return { soundFrom: 'text', text: text ?? '', voice: voice ?? '', language: language ?? '' };
  const file = fileAt(url ?? '', 'sound');
  if (file !== null) return { soundFrom: 'file', soundFile: file };
  return kind === 'url' ? { soundFrom: 'address', soundUrl: url ?? '' } : { soundFrom: 'file' };
}

/** A file that is there already; its name and length are told by its link. */
function fileAt(url: string, kind: SentFile['kind']): SentFile | null {
  const uploadId = uploadIdIn(url);
  return uploadId === null ? null : { uploadId, url, name: '', bytes: 0, lastModified: 0, kind, isReady: true };
}

/** Of an upload link; null: the address is none. */
export function uploadIdIn(url: string): string | null {
  if (!URL.canParse(url)) return null;
  return /^\/uploads\/([0-9a-f]{32})\/?$/.exec(new URL(url).pathname)?.[1] ?? null;
}
