import { FilmModule, fileInMemory } from '../../codecs/film-module.ts';
import { readBytes } from '../../codecs/wasm-host.ts';
import type { VideoCodec } from '../encoded-frame.ts';

export type DecodedPicture = { readonly width: number; readonly height: number; readonly data: Buffer };

/** Decodes coded pictures one by one, to look at what a client would see. */
export class VideoDecoder {
  readonly #module: FilmModule;
  readonly #decoder: number;

  private constructor(module: FilmModule, decoder: number) {
    this.#module = module;
    this.#decoder = decoder;
  }

  static async open(codec: VideoCodec): Promise<VideoDecoder> {
    const module = (await FilmModule.load())(fileInMemory(new Uint8Array(0)));
    const decoder = module.lendText(codec, (film, text) => film.decoder_open(text));
    if (decoder === 0) throw new Error(`No decoder for ${codec}.`);
    return new VideoDecoder(module, decoder);
  }

  /** Null when the decoder cannot show anything yet, or refuses the data. */
  decode(data: Buffer): DecodedPicture | null {
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
