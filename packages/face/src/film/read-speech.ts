import { readFile, stat } from 'node:fs/promises';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { FilmReader, fileInMemory } from '@visavis/media/codecs';

/** Sound of a film: PCM16 mono. */
export type Speech = { readonly pcm: Int16Array; readonly sampleRateHz: number };

export type SpeechProblem = 'not-audio' | 'too-long' | 'silent-file';

export const SPEECH_PROBLEMS: Readonly<Record<SpeechProblem, string>> = {
  'not-audio':
    'This file holds no sound that can be read. Use WAV, MP3, FLAC, Ogg, Opus, AAC, M4A, AMR or a film with sound.',
  'too-long': 'The sound is longer than 10 minutes or its file larger than 256 MB. Cut it into pieces.',
  'silent-file': 'This file holds no sound at all: its length is zero.',
};

export class SpeechError extends Error {
  readonly reason: SpeechProblem;

  /** @param options `sentence`: where other limits hold. */
  constructor(reason: SpeechProblem, options?: ErrorOptions & { readonly sentence?: string }) {
    super(options?.sentence ?? SPEECH_PROBLEMS[reason], options);
    this.name = 'SpeechError';
    this.reason = reason;
  }
}

const SPEECH_RATE_HZ = 48_000;
/** Of films of pictures and avatars. */
export const MAX_PORTRAIT_S = 600;
const MAX_FILE_BYTES = 256 * 1024 * 1024;
/** Containers of plain sound: no playlists, which could name other files or addresses. */
export const SPEECH_CONTAINERS = [
  'wav',
  'mp3',
  'flac',
  'ogg',
  'aac',
  'amr',
  'aiff',
  'caf',
  'au',
  'w64',
  // Films with sound.
  'mov',
  'matroska',
  'avi',
];
/** Other work gets its turn after this many pieces of sound. */
const PIECES_PER_TURN = 64;

/** Decodes a sound file, at most ten minutes. Throws `SpeechError`; errors of the file system pass through. */
export async function readSpeech(path: string): Promise<Speech> {
  if ((await stat(path)).size > MAX_FILE_BYTES) throw new SpeechError('too-long');
  return decodeSpeech(await readFile(path));
}

export async function decodeSpeech(bytes: Buffer): Promise<Speech> {
  try {
    return await decode(bytes);
  } catch (error) {
    throw error instanceof SpeechError ? error : new SpeechError('not-audio', { cause: error });
  }
}

async function decode(bytes: Buffer): Promise<Speech> {
  const reader = await FilmReader.open(fileInMemory(bytes), SPEECH_CONTAINERS);
  try {
    if (reader.sound() === null) throw new SpeechError('not-audio');
    const filter = `aresample,aformat=sample_fmts=s16:sample_rates=${SPEECH_RATE_HZ}:channel_layouts=mono`;
    const chunks: Buffer[] = [];
    let byteCount = 0;
    for (const frame of reader.frames(filter)) {
      chunks.push(frame.bytes);
      byteCount += frame.bytes.byteLength;
      if (byteCount > MAX_PORTRAIT_S * SPEECH_RATE_HZ * 2) throw new SpeechError('too-long');
      if (chunks.length % PIECES_PER_TURN === 0) await nextTurn();
    }
    if (byteCount === 0) throw new SpeechError('silent-file');
    const joined = new Uint8Array(byteCount);
    let at = 0;
    for (const chunk of chunks) {
      joined.set(chunk, at);
      at += chunk.length;
    }
    return { pcm: new Int16Array(joined.buffer), sampleRateHz: SPEECH_RATE_HZ };
  } finally {
    reader.close();
  }
}
