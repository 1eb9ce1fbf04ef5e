import { existsSync } from 'node:fs';
import { readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { wavFile } from '../../packages/media/src/core/wav-file.ts';

/** Folder of recorded prompts by a human speaker (Debian's asterisk-core-sounds-en-wav: 8 kHz, PCM16, mono). */
const PROMPTS = '/usr/share/asterisk/sounds/en_US_f_Allison';
const RECORDED_RATE_HZ = 8000;
const MICROPHONE_RATE_HZ = 48_000;

/** Whether recorded human speech is at hand; its absence is an error in continuous integration. */
export function hasRecordedSpeech(): boolean {
  const found = existsSync(PROMPTS);
  if (!found && process.env.CI !== undefined) throw new Error('Missing: apt-get install asterisk-core-sounds-en-wav');
  if (!found) console.warn('SKIPPED: no recorded speech (apt-get install asterisk-core-sounds-en-wav).');
  return found;
}

/** A recorded prompt as samples at 48 kHz. */
async function readPrompt(name: string): Promise<Int16Array> {
  const bytes = await readFile(path.join(PROMPTS, `${name}.wav`));
  const start = bytes.indexOf('data') + 8;
  const samples = new Int16Array(
    bytes.buffer.slice(bytes.byteOffset + start, bytes.byteOffset + bytes.length - ((bytes.length - start) % 2)),
  );
  const factor = MICROPHONE_RATE_HZ / RECORDED_RATE_HZ;
  return Int16Array.from({ length: samples.length * factor }, (_unused, index) => {
    const position = index / factor;
    const left = samples[Math.floor(position)] ?? 0;
    const right = samples[Math.floor(position) + 1] ?? left;
    return Math.round(left + (right - left) * (position % 1));
  });
}

/** A WAV at 48 kHz: silences in milliseconds and prompts by name, one after the other. */
export async function microphoneSound(parts: readonly (number | string)[]): Promise<Uint8Array> {
  const pieces: Int16Array[] = [];
  for (const part of parts) {
    pieces.push(typeof part === 'number' ? new Int16Array((part * MICROPHONE_RATE_HZ) / 1000) : await readPrompt(part));
  }
  return wavFile(pieces, MICROPHONE_RATE_HZ);
}

/** Writes such a WAV to a file that a fake microphone can play. */
export async function writeMicrophoneFile(file: string, parts: readonly (number | string)[]): Promise<void> {
  await writeFile(file, await microphoneSound(parts));
}
