import { type FilmFile, type FilmFunctions, FilmModule, type Handle } from './film-module.ts';
import { CodecFault } from './wasm-host.ts';

export type FilmContainer = 'mp4' | 'mov' | 'webm';

export type PictureTrack = {
  readonly codec: 'vp8' | 'h264';
  readonly widthPx: number;
  readonly heightPx: number;
  /** Units in which the container is asked to keep times. */
  readonly ticksPerSecond: number;
  readonly picturesPerSecond?: number;
  /** H.264: the first access unit, at whose head the parameter sets stand. */
  readonly head?: Uint8Array;
};

export type OpusTrack = {
  readonly sampleRateHz: number;
  readonly frameSamples: number;
  readonly paddingSamples: number;
  readonly head: Uint8Array;
};

/** Writes packets that are already coded into a film, by FFmpeg inside WebAssembly. */
export class FilmPackets {
  readonly #module: FilmModule;
  readonly #streamTicks = new Map<number, number>();
  #handle: Handle;

  private constructor(module: FilmModule, handle: Handle) {
    this.#module = module;
    this.#handle = handle;
  }

  static async open(file: FilmFile, container: FilmContainer): Promise<FilmPackets> {
    return (await FilmPackets.prepare())(file, container);
  }

  /** For callers that open in one turn of the event loop. */
  static async prepare(): Promise<(file: FilmFile, container: FilmContainer) => FilmPackets> {
    const start = await FilmModule.load();
    return (file, container) => {
      const module = start(file);
      try {
        const handle = module.lendText(container, (film, text) => film.writer_open(module.file, text));
        if (handle === 0) throw new Error('The film could not be set up.');
        return new FilmPackets(module, handle);
      } catch (error) {
        module.closeFile();
        throw error;
      }
    };
  }

  /** The track's number. */
  addPictures({ codec, widthPx, heightPx, ticksPerSecond, picturesPerSecond = 0, head }: PictureTrack): number {
    const bytes = head ?? new Uint8Array(0);
    return this.#lent(bytes, (film, at) =>
      this.#module.lendText(codec, (_film, text) =>
        film.writer_add_pictures(
          this.#handle,
          text,
          widthPx,
          heightPx,
          ticksPerSecond,
          picturesPerSecond,
          at,
          bytes.byteLength,
        ),
      ),
    );
  }

  addOpus({ sampleRateHz, frameSamples, paddingSamples, head }: OpusTrack): number {
    return this.#lent(head, (film, at) =>
      film.writer_add_opus(this.#handle, sampleRateHz, frameSamples, paddingSamples, at, head.byteLength),
    );
  }

  /** AAC, coded from what `writeSound` is given. */
  addAac(sampleRateHz: number, bitsPerSecond: number, channels: 1 | 2 = 1): number {
    return this.#checked((film) => film.writer_add_aac(this.#handle, sampleRateHz, bitsPerSecond, channels));
  }

  /** `options` are FFmpeg's settings of the container. */
  begin(options: Readonly<Record<string, string>> = {}): void {
    const text = Object.entries(options).map(([name, value]) => `${name}=${value}`);
    this.#check(this.#module.lendText(text.join(':'), (film, at) => film.writer_begin(this.#handle, at)));
  }

  writePacket(track: number, bytes: Uint8Array, atMs: number, durationMs: number, isKey: boolean): void {
    const ticks = this.#ticksPerMs(track);
    const time = Math.round(atMs * ticks);
    const duration = Math.round(durationMs * ticks);
    this.#lent(bytes, (film, at) =>
      film.writer_packet(this.#handle, track, at, bytes.byteLength, time, duration, isKey ? 1 : 0),
    );
  }

  /** PCM16 for the AAC track, a sample of each channel in turn. */
  writeSound(pcm: Int16Array): void {
    const bytes = new Uint8Array(pcm.buffer, pcm.byteOffset, pcm.byteLength);
    this.#lent(bytes, (film, at) => film.writer_sound(this.#handle, at, pcm.length));
  }

  /** Completes the file. */
  end(): void {
    this.#checked((film) => film.writer_end(this.#handle));
  }

  /** Without `end` before it the film is incomplete. */
  close(): void {
    if (this.#handle === 0) return;
    const handle = this.#handle;
    this.#handle = 0;
    try {
      this.#module.run((film) => film.writer_close(handle));
    } catch (error) {
      if (!(error instanceof CodecFault)) throw error;
    } finally {
      this.#module.closeFile();
    }
  }

  #ticksPerMs(track: number): number {
    const known = this.#streamTicks.get(track);
    if (known !== undefined) return known;
    const ticks = this.#module.run((film) => film.writer_ticks(this.#handle, track)) / 1000;
    this.#streamTicks.set(track, ticks);
    return ticks;
  }

  #lent(bytes: Uint8Array, work: (film: FilmFunctions, at: number) => number): number {
    return this.#check(this.#module.lend(bytes, work));
  }

  #checked(work: (film: FilmFunctions) => number): number {
    return this.#check(this.#module.run(work));
  }

  #check(status: number): number {
    if (status < 0) throw new Error(`The film could not be written (FFmpeg error ${status}).`);
    return status;
  }
}
