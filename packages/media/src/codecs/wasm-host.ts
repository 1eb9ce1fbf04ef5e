import { readFile } from 'node:fs/promises';

/** The few parts of the platform's WebAssembly that are used here; Node's own types leave them out. */
export type CompiledModule = { readonly compiled: true };
export type WasmMemory = { readonly buffer: ArrayBuffer };
type ModuleInstance = { readonly exports: object };
type WasmPlatform = {
  compile(bytes: Uint8Array): Promise<CompiledModule>;
  Instance: new (module: CompiledModule, imports: object) => ModuleInstance;
  RuntimeError: new () => Error;
};
const wasm = (globalThis as unknown as { WebAssembly: WasmPlatform }).WebAssembly;

type HostFunction = (...values: number[]) => number;
type CommonExports = { readonly memory: WasmMemory; _initialize(): void };

/** WASI's codes for "no such file descriptor" and "not supported". */
const BAD_DESCRIPTOR = 8;
const NOT_SUPPORTED = 58;

/** A trap inside the module: its library gave up, or ran out of memory. What it held is lost. */
export class CodecFault extends Error {
  override name = 'CodecFault';
}

const modules = new Map<string, Promise<CompiledModule>>();

/** Compiled once per process. `name` is a file beside this one. */
export function loadModule(name: string): Promise<CompiledModule> {
  const known = modules.get(name);
  if (known !== undefined) return known;
  const file = new URL(`./${name}`, import.meta.url);
  const compiled = readFile(file).then((bytes) => wasm.compile(bytes));
  modules.set(name, compiled);
  compiled.catch(() => modules.delete(name));
  return compiled;
}

/**
 * Starts a module in memory of its own. It reaches nothing outside but `env`, the clock and an empty environment: no
 * file, no network, no output.
 */
export function startModule<Exports>(module: CompiledModule, env: Record<string, HostFunction> = {}): Exports {
  let exports: CommonExports | null = null;
  const view = () => new DataView((exports as CommonExports).memory.buffer);
  const system: Record<string, unknown> = {
    clock_time_get: (_clock: number, _precision: bigint, resultAt: number) => {
      view().setBigUint64(resultAt, BigInt(Math.round(performance.now() * 1e6)), true);
      return 0;
    },
    environ_sizes_get: (countAt: number, bytesAt: number) => {
      view().setUint32(countAt, 0, true);
      view().setUint32(bytesAt, 0, true);
      return 0;
    },
    environ_get: () => 0,
    proc_exit: (code: number) => {
      throw new CodecFault(`The codec ended itself with code ${code}.`);
    },
  };
  const refusing = new Proxy(system, {
    get: (known, name: string) => known[name] ?? (() => (name.startsWith('fd_') ? BAD_DESCRIPTOR : NOT_SUPPORTED)),
  });
  exports = new wasm.Instance(module, { wasi_snapshot_preview1: refusing, env }).exports as CommonExports;
  exports._initialize();
  return exports as Exports;
}

/** Runs a function of a module; a trap comes out as `CodecFault`. */
export function guarded<Result>(run: () => Result): Result {
  try {
    return run();
  } catch (error) {
    if (error instanceof wasm.RuntimeError) throw new CodecFault('The codec failed inside.', { cause: error });
    throw error;
  }
}

/** A copy of bytes of the module's memory. */
export function readBytes(memory: WasmMemory, at: number, byteLength: number): Buffer {
  return Buffer.from(bytesAt(memory, at, byteLength));
}

export function writeBytes(memory: WasmMemory, at: number, bytes: Uint8Array): void {
  bytesAt(memory, at, bytes.byteLength).set(bytes);
}

/** A view that holds until the module runs again: its memory may move when it grows. */
export function bytesAt({ buffer }: WasmMemory, at: number, byteLength: number): Uint8Array {
  if (at <= 0 || byteLength < 0 || at + byteLength > buffer.byteLength) {
    throw new CodecFault('The codec named a place outside its memory.');
  }
  return new Uint8Array(buffer, at, byteLength);
}
