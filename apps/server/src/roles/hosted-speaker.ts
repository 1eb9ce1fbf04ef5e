import { createWriteStream, type WriteStream } from 'node:fs';
import { open } from 'node:fs/promises';
import { finished } from 'node:stream/promises';
import { WIRE_SAMPLE_RATE_HZ, wavFile } from '@visavis/media/core';
import { NEURAL_MOUTH, type SpeechOf, SpeechServiceError, speakFilmWords, speaksAs } from '@visavis/media/film-speaker';
import type { PartChoice } from '@visavis/media/voice-catalogue';
import { problemError } from '../control/films/film-problem.ts';
import type { HostedSpeaker } from '../control/films/film-workshop.ts';
import type { Logger } from '../ports.ts';

/** What is longer is refused when it is measured: a service that never ends fills no disk. */
const MOST_SAMPLES = 31 * 60 * WIRE_SAMPLE_RATE_HZ;
/** Of a WAV file: where its lengths stand, and how long its head is. */
const HEAD = { fileBytesAt: 4, dataBytesAt: 40, bytes: 44 } as const;

/**
 * Mouths beside the built-in one, for films: that which the operator has chosen, and before it the neural one of this machine where
 * its model is here. Undefined where there is none.
 */
export function createHostedSpeaker(
  chosen: PartChoice | undefined,
  logger: Logger,
  speechOf?: SpeechOf,
): HostedSpeaker | undefined {
  const parts = [...(speechOf === undefined ? [] : [NEURAL_MOUTH]), ...(chosen === undefined ? [] : [chosen])];
  const partOf = (voice: string) => parts.find((part) => speaksAs(part, voice));
  if (parts.length === 0) return undefined;
  return {
    speaks: (voice) => partOf(voice) !== undefined,
    async speak(words, path, signal) {
      const part = partOf(words.voice);
      if (part === undefined) throw problemError('voice-refused');
      const file = createWriteStream(path, { flags: 'wx', mode: 0o600 });
      const written = finished(file);
      // A full disk is told of below.
      written.catch(() => {});
      try {
        // Where nothing can be written down, nothing is paid for.
        await writeWhole(file, Buffer.from(wavFile([], WIRE_SAMPLE_RATE_HZ)));
        let samples = 0;
        await speakFilmWords(part, words, {
          logger,
          signal,
          speechOf,
          onSound(pcm) {
            samples += pcm.length;
            file.write(Buffer.from(pcm.buffer, pcm.byteOffset, pcm.byteLength));
            // What cannot be written is not paid for any further.
            return !file.errored && samples < MOST_SAMPLES;
          },
        });
        signal.throwIfAborted();
        file.end();
        await written;
        if (samples === 0) throw problemError('no-words');
        await writeLengths(path, 2 * samples);
      } catch (error) {
        file.destroy();
        if (!(error instanceof SpeechServiceError) || error.isRetryable) throw error;
        // Names of hosts and settings are for whoever runs the server.
        logger.warn({ error: error.message }, 'The speech service did not take the text of a film');
        throw problemError('voice-refused');
      }
    },
  };
}

function writeWhole(file: WriteStream, bytes: Buffer): Promise<void> {
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  file.write(bytes, (error) => (error == null ? resolve() : reject(error)));
  return promise;
}

async function writeLengths(path: string, dataBytes: number): Promise<void> {
  const file = await open(path, 'r+');
  try {
    for (const [at, value] of [
      [HEAD.fileBytesAt, HEAD.bytes - 8 + dataBytes],
      [HEAD.dataBytesAt, dataBytes],
    ] as const) {
      const bytes = Buffer.alloc(4);
      bytes.writeUInt32LE(value);
      await file.write(bytes, 0, bytes.length, at);
    }
  } finally {
    await file.close();
  }
}
