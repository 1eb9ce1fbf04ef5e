import { guarded, loadModule, startModule, type WasmMemory } from './wasm-host.ts';

/** An encoder inside the module; 0 is none. */
export type Handle = number;

/** What `calls.wasm` offers; the meaning of each function stands in `tools/build-codecs/calls`. */
export type CallCodecs = {
  readonly memory: WasmMemory;
  vp8_open(widthPx: number, heightPx: number, kbps: number, speed: number, staticThreshold: number): Handle;
  vp8_picture(encoder: Handle): number;
  vp8_set_bitrate(encoder: Handle, kbps: number): number;
  vp8_encode(encoder: Handle, keyFrame: number, durationTicks: number): number;
  vp8_coded(encoder: Handle): number;
  vp8_is_key_frame(encoder: Handle): number;
  vp8_close(encoder: Handle): void;
  h264_open(widthPx: number, heightPx: number, picturesPerSecond: number, kbps: number, quantiser: number): Handle;
  h264_picture(encoder: Handle): number;
  h264_set_bitrate(encoder: Handle, kbps: number): number;
  h264_encode(encoder: Handle, keyFrame: number, timeMs: number): number;
  h264_coded(encoder: Handle): number;
  h264_is_key_frame(encoder: Handle): number;
  h264_close(encoder: Handle): void;
  opus_open(bitsPerSecond: number, complexity: number, channels: number): Handle;
  opus_samples(encoder: Handle): number;
  opus_packet(encoder: Handle): number;
  opus_code(encoder: Handle): number;
  opus_close(encoder: Handle): void;
};

let running: Promise<CallCodecs> | null = null;

/** One instance for all encoders of a process: their code is compiled and made fast once. */
export function callCodecs(): Promise<CallCodecs> {
  running ??= loadModule('calls.wasm').then((module) => startModule<CallCodecs>(module));
  return running;
}

/** For threads that use the same code: as long as this one holds it, V8 need not give it up as they end, which it is known to fall over. */
export async function holdCallCodecs(): Promise<void> {
  await loadModule('calls.wasm');
}

/** After a fault: encoders that are opened from now on get memory that nobody has touched. */
function dropCallCodecs(faulty: CallCodecs): void {
  void running?.then((codecs) => {
    if (codecs === faulty) running = null;
  });
}

/** Runs a function of the codecs. After a fault nobody is given them any more, and `onFault` forgets what was open in them. */
export function runCodecs<Result>(codecs: CallCodecs, work: () => Result, onFault: () => void): Result {
  try {
    return guarded(work);
  } catch (error) {
    onFault();
    dropCallCodecs(codecs);
    throw error;
  }
}
