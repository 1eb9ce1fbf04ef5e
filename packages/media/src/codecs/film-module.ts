import { closeSync, fstatSync, openSync, readSync, writeSync } from 'node:fs';
import { guarded, loadModule, readBytes, startModule, type WasmMemory, writeBytes } from './wasm-host.ts';

export type Handle = number;

/** What `film.wasm` offers; the meaning of each function stands in `tools/build-codecs/film`. Texts end with a zero. */
export type FilmFunctions = {
  readonly memory: WasmMemory;
  memory_get(byteLength: number): number;
  memory_free(at: number): void;
  set_quiet(): void;
  licence(): number;
  configuration(): number;
  reader_open(file: number, containers: number): Handle;
  reader_close(reader: Handle): void;
  reader_choose(reader: Handle, isSound: number): number;
  reader_stream_count(reader: Handle): number;
  reader_codec(reader: Handle): number;
  reader_duration(reader: Handle): number;
  reader_width(reader: Handle): number;
  reader_height(reader: Handle): number;
  reader_rate(reader: Handle): number;
  reader_sample_rate(reader: Handle): number;
  reader_channels(reader: Handle): number;
  reader_unknown_codec(): number;
  reader_size(reader: Handle, widthPx: number, heightPx: number): void;
  reader_begin(reader: Handle, filters: number): number;
  reader_next(reader: Handle): number;
  reader_time(reader: Handle): number;
  reader_piece_count(reader: Handle): number;
  reader_piece(reader: Handle, index: number): number;
  reader_piece_byte_count(reader: Handle, index: number): number;
  reader_byte_count(reader: Handle): number;
  reader_result_width(reader: Handle): number;
  reader_result_height(reader: Handle): number;
  reader_packet(reader: Handle): number;
  reader_packet_time(reader: Handle): number;
  reader_packet_duration(reader: Handle): number;
  reader_packet_is_shown(reader: Handle): number;
  reader_packet_is_key(reader: Handle): number;
  reader_probe(reader: Handle): number;
  reader_probed_width(reader: Handle): number;
  reader_probed_height(reader: Handle): number;
  decoder_open(codec: number): Handle;
  decoder_decode(decoder: Handle, bytes: number, byteLength: number): number;
  decoder_width(decoder: Handle): number;
  decoder_height(decoder: Handle): number;
  decoder_bytes(decoder: Handle): number;
  decoder_byte_count(decoder: Handle): number;
  decoder_close(decoder: Handle): void;
  writer_open(file: number, container: number): Handle;
  writer_close(writer: Handle): void;
  writer_add_pictures(
    writer: Handle,
    codec: number,
    widthPx: number,
    heightPx: number,
    ticksPerSecond: number,
    picturesPerSecond: number,
    head: number,
    headByteLength: number,
  ): number;
  writer_add_opus(
    writer: Handle,
    sampleRateHz: number,
    frameSamples: number,
    padding: number,
    head: number,
    headByteLength: number,
  ): number;
  writer_add_aac(writer: Handle, sampleRateHz: number, bitsPerSecond: number, channels: number): number;
  writer_begin(writer: Handle, options: number): number;
  writer_ticks(writer: Handle, stream: number): number;
  writer_packet(
    writer: Handle,
    stream: number,
    bytes: number,
    byteLength: number,
    time: number,
    duration: number,
    isKey: number,
  ): number;
  writer_sound(writer: Handle, samples: number, count: number): number;
  writer_end(writer: Handle): number;
};

/** Bytes that a module reads from and writes to; positions count from the start. */
export type FilmFile = {
  read(position: number, into: Uint8Array): number;
  write(position: number, bytes: Uint8Array): void;
  byteLength(): number;
  close(): void;
};

/** A file that is only read, or is made new and written. Throws what the file system says. */
export function fileOnDisk(path: string, use: 'read' | 'write'): FilmFile {
  const descriptor = openSync(path, use === 'read' ? 'r' : 'w+');
  return {
    read: (position, into) => readSync(descriptor, into, 0, into.byteLength, position),
    write(position, bytes) {
      for (let done = 0; done < bytes.byteLength; ) {
        done += writeSync(descriptor, bytes, done, bytes.byteLength - done, position + done);
      }
    },
    byteLength: () => fstatSync(descriptor).size,
    close: () => closeSync(descriptor),
  };
}

export function fileInMemory(content: Uint8Array): FilmFile {
  return {
    read(position, into) {
      const part = content.subarray(position, position + into.byteLength);
      into.set(part);
      return part.byteLength;
    },
    write: () => {
      throw new Error('This file is read only.');
    },
    byteLength: () => content.byteLength,
    close: () => {},
  };
}

const FILE = 1;

/**
 * FFmpeg for one file: an instance and memory of its own, gone with the file, so that a hostile file reaches nothing but
 * its own bytes. An error of the file system ends the module's call and comes out as it was.
 */
export class FilmModule {
  readonly functions: FilmFunctions;
  readonly #file: FilmFile;
  #fileError: unknown = null;

  private constructor(file: FilmFile, module: Awaited<ReturnType<typeof loadModule>>) {
    this.#file = file;
    this.functions = startModule<FilmFunctions>(module, {
      file_read: (_file, position = 0, at = 0, byteLength = 0) =>
        this.#use(() => file.read(position, new Uint8Array(this.functions.memory.buffer, at, byteLength))),
      file_write: (_file, position = 0, at = 0, byteLength = 0) =>
        this.#use(() => {
          file.write(position, readBytes(this.functions.memory, at, byteLength));
          return 0;
        }),
      file_size: () => this.#use(() => file.byteLength()),
    });
    this.functions.set_quiet();
  }

  /** Once per process, before the first file: compiling is the only step that takes a turn of the event loop. */
  static async load(): Promise<(file: FilmFile) => FilmModule> {
    const module = await loadModule('film.wasm');
    return (file) => new FilmModule(file, module);
  }

  get file(): number {
    return FILE;
  }

  /** Runs a function of the module; what went wrong with the file comes first. */
  run<Result>(work: (functions: FilmFunctions) => Result): Result {
    const result = guarded(() => work(this.functions));
    if (this.#fileError !== null) throw this.#fileError;
    return result;
  }

  /** Gives the module bytes for the length of a call. */
  lend<Result>(bytes: Uint8Array, work: (functions: FilmFunctions, at: number) => Result): Result {
    return this.run((functions) => {
      const at = functions.memory_get(Math.max(1, bytes.byteLength));
      writeBytes(functions.memory, at, bytes);
      const result = work(functions, at);
      functions.memory_free(at);
      return result;
    });
  }

  lendText<Result>(text: string, work: (functions: FilmFunctions, at: number) => Result): Result {
    return this.lend(Buffer.from(`${text}\0`), work);
  }

  textAt(at: number): string {
    const bytes = Buffer.from(this.functions.memory.buffer);
    return bytes.toString('utf8', at, bytes.indexOf(0, at));
  }

  closeFile(): void {
    this.#file.close();
  }

  #use(work: () => number): number {
    try {
      return work();
    } catch (error) {
      this.#fileError ??= error;
      return -1;
    }
  }
}
