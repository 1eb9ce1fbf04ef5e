import { readFile } from 'node:fs/promises';
import { writeMicrophoneFile } from '../../tests/support/microphone-file.ts';

const RATE_HZ = 48_000;
const HEADER_BYTES = 44;
const WINDOW_SAMPLES = RATE_HZ / 200;
/** Below this a window of 5 ms is silence. */
export const USER_AUDIBLE_RMS = 0.01;
/** Pauses inside a prompt are shorter than this, those between prompts longer. */
const LONGEST_PAUSE_MS = 1500;

/** When the user speaks, in milliseconds from the first sound of the file. */
export type Utterance = { readonly startMs: number; readonly endMs: number };

/** Writes the microphone's file: a lead of silence, then each prompt with a silence behind it. Returns what is in it. */
export async function writeSpokenFile(
  file: string,
  prompts: readonly string[],
  leadMs: number,
  pauseMs: number,
): Promise<Utterance[]> {
  await writeMicrophoneFile(file, [leadMs, ...prompts.flatMap((prompt) => [prompt, pauseMs])]);
  const bytes = await readFile(file);
  const samples = new Int16Array(bytes.buffer, bytes.byteOffset + HEADER_BYTES, (bytes.length - HEADER_BYTES) >> 1);
  const loud: number[] = [];
  for (let start = 0; start + WINDOW_SAMPLES <= samples.length; start += WINDOW_SAMPLES) {
    let sum = 0;
    for (let index = start; index < start + WINDOW_SAMPLES; index += 1) sum += ((samples[index] ?? 0) / 32_768) ** 2;
    if (Math.sqrt(sum / WINDOW_SAMPLES) > USER_AUDIBLE_RMS) loud.push((start * 1000) / RATE_HZ);
  }
  const windowMs = (WINDOW_SAMPLES * 1000) / RATE_HZ;
  const first = loud[0] ?? 0;
  const utterances: Utterance[] = [];
  for (const atMs of loud) {
    const last = utterances.at(-1);
    const startMs = atMs - first;
    const endMs = startMs + windowMs;
    if (last !== undefined && startMs - last.endMs < LONGEST_PAUSE_MS)
      utterances[utterances.length - 1] = { ...last, endMs };
    else utterances.push({ startMs, endMs });
  }
  return utterances;
}
