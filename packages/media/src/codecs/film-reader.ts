import { type FilmFile, type FilmFunctions, FilmModule, type Handle } from './film-module.ts';
import { bytesAt, CodecFault } from './wasm-host.ts';

/** What a file's header says about its pictures as they are stored; how they are shown is `surveyFilm`'s to tell. */
export type FilmPictures = {
  readonly stream: number;
  readonly widthPx: number;
  readonly heightPx: number;
  /** On average; 0 when unknown. */
  readonly picturesPerSecond: number;
  /** FFmpeg's name of the codec. */
  readonly codec: string;
};

export type FilmSound = {
  readonly stream: number;
  readonly sampleRateHz: number;
  readonly channelCount: number;
  readonly codec: string;
};

export type FilmFrame = {
  /** Pictures only; zero for sound. */
  readonly widthPx: number;
  readonly heightPx: number;
  /** Planes or samples without gaps, in the format that the filters end with. A copy. */
  readonly bytes: Buffer;
};

/** A packet as it is stored. */
export type FilmPacket = {
  readonly stream: number;
  readonly atMs: number;
  /** 0 when unknown. */
  readonly durationMs: number;
  /** Others are only there for the pictures around them, and are cut off by the file's edit list. */
  readonly isShown: boolean;
  readonly isKey: boolean;
};

export type FilmSize = { readonly widthPx: number; readonly heightPx: number };

/** The file is none of the formats asked for, holds nothing of the kind, or is damaged. */
export class FilmError extends Error {
  override name = 'FilmError';
}

/** The file's pictures are coded in a way that nothing here decodes. */
export class UnknownCodecError extends FilmError {
  override name = 'UnknownCodecError';
}

/** FFmpeg's names of the formats of a sound file; G.722 tells only by its name what it is. */
export function soundContainers(path: string): readonly string[] {
  return path.endsWith('.g722') ? ['g722'] : ['wav', 'mp3', 'flac', 'ogg', 'mov', 'matroska'];
}

const FRAME = 1;
const END = 0;

/** Decodes a film or a sound by FFmpeg inside WebAssembly. */
export class FilmReader {
  readonly #module: FilmModule;
  #handle: Handle;

  private constructor(module: FilmModule, handle: Handle) {
    this.#module = module;
    this.#handle = handle;
  }

  /** `containers` are FFmpeg's names of formats. The file is closed with the reader, and when this throws. */
  static async open(file: FilmFile, containers: readonly string[]): Promise<FilmReader> {
    return (await FilmReader.prepare())(file, containers);
  }

  /** For callers that open in one turn of the event loop. */
  static async prepare(): Promise<(file: FilmFile, containers: readonly string[]) => FilmReader> {
    const start = await FilmModule.load();
    return (file, containers) => {
      const module = start(file);
      try {
        const handle = module.lendText(containers.join(','), (film, text) => film.reader_open(module.file, text));
        if (handle === 0) throw new FilmError('This file is damaged, or none of the formats that are read here.');
        return new FilmReader(module, handle);
      } catch (error) {
        module.closeFile();
        throw error;
      }
    };
  }

  /** Seconds that the header promises; 0 when it does not say. */
  get durationS(): number {
    return this.#module.run((film) => film.reader_duration(this.#handle));
  }

  /**
   * Chooses the pictures that a player shows. Null when the file has none; throws `UnknownCodecError` when it has some that
   * cannot be decoded.
   */
  pictures(): FilmPictures | null {
    return this.#module.run((film) => {
      const stream = film.reader_choose(this.#handle, 0);
      if (stream === film.reader_unknown_codec()) {
        throw new UnknownCodecError('The pictures of this file are coded in a way that is not read here.');
      }
      if (stream < 0) return null;
      return {
        stream,
        widthPx: film.reader_width(this.#handle),
        heightPx: film.reader_height(this.#handle),
        picturesPerSecond: film.reader_rate(this.#handle),
        codec: this.#module.textAt(film.reader_codec(this.#handle)),
      };
    });
  }

  /** Chooses the sound. Null when the file has none that can be decoded. */
  sound(): FilmSound | null {
    return this.#module.run((film) => {
      const stream = film.reader_choose(this.#handle, 1);
      if (stream < 0) return null;
      return {
        stream,
        sampleRateHz: film.reader_sample_rate(this.#handle),
        channelCount: film.reader_channels(this.#handle),
        codec: this.#module.textAt(film.reader_codec(this.#handle)),
      };
    });
  }

  /**
   * Decodes what was chosen, through FFmpeg's `filters`, one frame at a time. Pictures reach the filters as a player shows
   * them: upright, with square pixels, in the colours of an ordinary screen, all of the size that `showAt` asked for, or
   * else of the first one's. `onDecoded` hears the time of every decoded frame, in seconds from the first one, before the
   * filters do; `store` says where the next frame is put, in memory of its own when left out. Throws `FilmError` where the file
   * cannot be decoded.
   */
  *frames(
    filters: string,
    onDecoded: (timeS: number) => void = () => {},
    store?: () => Uint8Array,
  ): Generator<FilmFrame, undefined> {
    this.#check(this.#module.lendText(filters, (film, text) => film.reader_begin(this.#handle, text)));
    for (;;) {
      const status = this.#module.run((film) => film.reader_next(this.#handle));
      this.#check(status);
      if (status === END) return undefined;
      if (status === FRAME) yield this.#frame(store?.());
      else onDecoded(this.#module.run((film) => film.reader_time(this.#handle)));
    }
  }

  /** Fits all pictures into one size. Call it before `frames`. */
  showAt({ widthPx, heightPx }: FilmSize): void {
    this.#module.run((film) => film.reader_size(this.#handle, widthPx, heightPx));
  }

  /** The packets as they are stored, undecoded. */
  *packets(): Generator<FilmPacket> {
    for (;;) {
      const packet = this.#module.run((film) => this.#packet(film));
      if (packet === null) return;
      yield packet;
    }
  }

  /**
   * The size at which a player shows the packet last given by `packets`, a key picture of the chosen stream. Null when it
   * cannot be decoded alone. The reader is good for packets alone from then on.
   */
  shownSize(): FilmSize | null {
    return this.#module.run((film) => {
      if (film.reader_probe(this.#handle) < 0) return null;
      return {
        widthPx: film.reader_probed_width(this.#handle),
        heightPx: film.reader_probed_height(this.#handle),
      };
    });
  }

  close(): void {
    if (this.#handle === 0) return;
    const handle = this.#handle;
    this.#handle = 0;
    try {
      this.#module.run((film) => film.reader_close(handle));
    } catch (error) {
      // The module is given up in any case.
      if (!(error instanceof CodecFault)) throw error;
    } finally {
      this.#module.closeFile();
    }
  }

  #packet(film: FilmFunctions): FilmPacket | null {
    const stream = film.reader_packet(this.#handle);
    if (stream < 0) return null;
    return {
      stream,
      atMs: 1000 * film.reader_packet_time(this.#handle),
      durationMs: 1000 * film.reader_packet_duration(this.#handle),
      isShown: film.reader_packet_is_shown(this.#handle) === 1,
      isKey: film.reader_packet_is_key(this.#handle) === 1,
    };
  }

  #frame(into: Uint8Array | undefined): FilmFrame {
    return this.#module.run((film) => {
      const byteLength = film.reader_byte_count(this.#handle);
      const bytes = into === undefined ? Buffer.allocUnsafe(byteLength) : startOf(into, byteLength);
      let filled = 0;
      for (let index = 0; index < film.reader_piece_count(this.#handle); index++) {
        const at = film.reader_piece(this.#handle, index);
        const piece = bytesAt(film.memory, at, film.reader_piece_byte_count(this.#handle, index));
        bytes.set(piece, filled);
        filled += piece.byteLength;
      }
      return {
        widthPx: film.reader_result_width(this.#handle),
        heightPx: film.reader_result_height(this.#handle),
        bytes,
      };
    });
  }

  #check(status: number): void {
    if (status < 0) throw new FilmError(`This file cannot be decoded (FFmpeg error ${status}).`);
  }
}

/** Throws `RangeError` where it is too small. */
function startOf({ buffer, byteOffset, byteLength: size }: Uint8Array, byteLength: number): Buffer {
  if (size < byteLength) throw new RangeError('The memory for this frame is too small.');
  return Buffer.from(buffer as ArrayBuffer, byteOffset, byteLength);
}
