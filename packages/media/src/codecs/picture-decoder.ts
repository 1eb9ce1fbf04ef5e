import { FilmModule, fileInMemory } from './film-module.ts';
import { readBytes } from './wasm-host.ts';

/** Planes without gaps, in the format that the picture was coded in. */
export type DecodedPicture = { readonly width: number; readonly height: number; readonly data: Buffer };

/** Decodes coded pictures one by one, by FFmpeg inside WebAssembly: an instance and memory of its own for each decoder. */
export class PictureDecoder {
  readonly #module: FilmModule;
  readonly #decoder: number;

  private constructor(module: FilmModule, codec: 'vp8' | 'h264') {
    this.#module = module;
    this.#decoder = module.lendText(codec, (film, text) => film.decoder_open(text));
    if (this.#decoder === 0) throw new Error(`No decoder for ${codec}.`);
  }

  static async open(codec: 'vp8' | 'h264'): Promise<PictureDecoder> {
    return (await PictureDecoder.prepare())(codec);
  }

  /** For callers that open in one turn of the event loop. */
  static async prepare(): Promise<(codec: 'vp8' | 'h264') => PictureDecoder> {
    const start = await FilmModule.load();
    return (codec) => new PictureDecoder(start(fileInMemory(new Uint8Array(0))), codec);
  }

  /** Null when the decoder cannot show anything yet, or refuses the data. */
  decode(data: Uint8Array): DecodedPicture | null {
    return this.#module.lend(data, (film, at) => {
      if (film.decoder_decode(this.#decoder, at, data.byteLength) <= 0) return null;
      return {
        width: film.decoder_width(this.#decoder),
        height: film.decoder_height(this.#decoder),
        data: readBytes(film.memory, film.decoder_bytes(this.#decoder), film.decoder_byte_count(this.#decoder)),
      };
    });
  }

  close(): void {
    this.#module.run((film) => film.decoder_close(this.#decoder));
  }
}
