import { createRequire } from 'node:module';

const require = createRequire(import.meta.url);

/** Addresses in the library's memory. */
type Address = number;

/** libheif's functions by their names in C; those that return an error write it to their first argument. */
type HeifFunctions = {
  readonly HEAPU8: Uint8Array;
  readonly HEAPU32: Uint32Array;
  _malloc(byteLength: number): Address;
  _heif_context_alloc(): Address;
  _heif_context_free(context: Address): void;
  _heif_context_read_from_memory_without_copy(
    error: Address,
    context: Address,
    bytes: Address,
    byteLength: number,
    options: 0,
  ): void;
  _heif_context_get_primary_image_handle(error: Address, context: Address, handle: Address): void;
  _heif_image_handle_release(handle: Address): void;
  _heif_image_handle_get_width(handle: Address): number;
  _heif_image_handle_get_height(handle: Address): number;
  _heif_image_handle_has_alpha_channel(handle: Address): number;
  _heif_image_handle_get_raw_color_profile_size(handle: Address): number;
  _heif_image_handle_get_raw_color_profile(error: Address, handle: Address, into: Address): void;
  _heif_image_handle_get_nclx_color_profile(error: Address, handle: Address, colours: Address): void;
  _heif_image_handle_get_image_tiling(error: Address, handle: Address, isUpright: number, into: Address): void;
  _heif_decode_image(
    error: Address,
    handle: Address,
    image: Address,
    colours: number,
    chroma: number,
    options: 0,
  ): void;
  _heif_image_handle_decode_image_tile(
    error: Address,
    handle: Address,
    image: Address,
    colours: number,
    chroma: number,
    options: 0,
    column: number,
    row: number,
  ): void;
  _heif_image_get_width(image: Address, channel: number): number;
  _heif_image_get_height(image: Address, channel: number): number;
  _heif_image_get_plane_readonly(image: Address, channel: number, stride: Address): Address;
  _heif_image_release(image: Address): void;
};

/** One piece of a picture, upright. */
export type HeifPiece = {
  readonly widthPx: number;
  readonly heightPx: number;
  readonly channels: 3 | 4;
  /** From the beginning of a row to that of the next one, in bytes. */
  readonly stride: number;
  /** In the library's memory: good until the next call. */
  readonly bytes: Uint8Array;
};

/** How a picture is stored: in columns and rows of pieces, which may begin and end outside it. */
export type HeifTiling = {
  readonly columns: number;
  readonly rows: number;
  readonly pieceWidthPx: number;
  readonly pieceHeightPx: number;
  readonly leftPx: number;
  readonly topPx: number;
};

const COLOURS_RGB = 1;
const CHROMA_RGB = 10;
const CHROMA_RGBA = 11;
const CHANNEL_INTERLEAVED = 10;
const SCRATCH_BYTES = 128;
/** Places of the fields of libheif's `heif_image_tiling`, in words; the first is its version. */
const TILING = { columns: 1, rows: 2, pieceWidth: 3, pieceHeight: 4, top: 7, left: 8 } as const;

/** Place of the primaries in libheif's `heif_color_profile_nclx`. */
const PRIMARIES_WORD = 1;

/**
 * libheif and libde265 as WebAssembly (LGPL), loaded with the first file: an instance and memory of its own for each
 * file, gone with it. Pictures are decoded piece by piece, so that those of phones, which are stored in small ones,
 * never lie in this memory as a whole. Its functions throw what libheif says.
 */
export class HeifFile {
  readonly #library: HeifFunctions;
  readonly #error: Address;
  readonly #result: Address;
  readonly #context: Address;
  readonly #handle: Address;

  constructor(bytes: Uint8Array) {
    const load = require('libheif-js/libheif-wasm/libheif-bundle.js') as () => HeifFunctions;
    this.#library = load();
    this.#error = this.#library._malloc(SCRATCH_BYTES);
    this.#result = this.#library._malloc(SCRATCH_BYTES);
    const at = this.#library._malloc(Math.max(1, bytes.byteLength));
    if (at === 0) throw new Error('There is no memory for the HEIC file.');
    this.#library.HEAPU8.set(bytes, at);
    this.#context = this.#library._heif_context_alloc();
    this.#run(({ _heif_context_read_from_memory_without_copy: read }, error) =>
      read(error, this.#context, at, bytes.byteLength, 0),
    );
    this.#handle = this.#resultOf((library, error, result) =>
      library._heif_context_get_primary_image_handle(error, this.#context, result),
    );
  }

  /** Of the main picture as it is shown: cropped, turned and mirrored as the file says. */
  get widthPx(): number {
    return this.#library._heif_image_handle_get_width(this.#handle);
  }

  get heightPx(): number {
    return this.#library._heif_image_handle_get_height(this.#handle);
  }

  /** The ICC profile of its colours; null when there is none. */
  profile(): Buffer | null {
    const byteLength = this.#library._heif_image_handle_get_raw_color_profile_size(this.#handle);
    if (byteLength === 0) return null;
    const into = this.#library._malloc(byteLength);
    this.#run((library, error) => library._heif_image_handle_get_raw_color_profile(error, this.#handle, into));
    return Buffer.from(this.#library.HEAPU8.subarray(into, into + byteLength));
  }

  /** The number of its red, green and blue in ITU-T H.273; null when the file does not say it in this way. */
  primaries(): number | null {
    try {
      const colours = this.#resultOf((library, error, result) =>
        library._heif_image_handle_get_nclx_color_profile(error, this.#handle, result),
      );
      return this.#word(colours + 4 * PRIMARIES_WORD);
    } catch {
      return null;
    }
  }

  tiling(): HeifTiling {
    this.#run((library, error) => library._heif_image_handle_get_image_tiling(error, this.#handle, 1, this.#result));
    const field = (word: number): number => this.#word(this.#result + 4 * word);
    return {
      columns: field(TILING.columns),
      rows: field(TILING.rows),
      pieceWidthPx: field(TILING.pieceWidth),
      pieceHeightPx: field(TILING.pieceHeight),
      leftPx: field(TILING.left),
      topPx: field(TILING.top),
    };
  }

  /** Decodes a piece, or a picture that is stored as a whole, and lends it to `use`. */
  withPiece(tiling: HeifTiling, column: number, row: number, use: (piece: HeifPiece) => void): void {
    const hasAlpha = this.#library._heif_image_handle_has_alpha_channel(this.#handle) !== 0;
    const chroma = hasAlpha ? CHROMA_RGBA : CHROMA_RGB;
    const image = this.#resultOf((library, error, result) => {
      if (tiling.columns * tiling.rows === 1) {
        library._heif_decode_image(error, this.#handle, result, COLOURS_RGB, chroma, 0);
      } else {
        library._heif_image_handle_decode_image_tile(error, this.#handle, result, COLOURS_RGB, chroma, 0, column, row);
      }
    });
    const plane = this.#library._heif_image_get_plane_readonly(image, CHANNEL_INTERLEAVED, this.#result);
    use({
      widthPx: this.#library._heif_image_get_width(image, CHANNEL_INTERLEAVED),
      heightPx: this.#library._heif_image_get_height(image, CHANNEL_INTERLEAVED),
      channels: hasAlpha ? 4 : 3,
      stride: this.#word(this.#result),
      bytes: this.#library.HEAPU8.subarray(plane),
    });
    this.#library._heif_image_release(image);
  }

  #run(work: (library: HeifFunctions, error: Address) => void): void {
    work(this.#library, this.#error);
    const code = this.#word(this.#error);
    if (code !== 0) throw new Error(`The HEIC file cannot be read (libheif error ${code}).`);
  }

  #resultOf(work: (library: HeifFunctions, error: Address, result: Address) => void): Address {
    this.#run((library, error) => work(library, error, this.#result));
    return this.#word(this.#result);
  }

  #word(at: Address): number {
    return this.#library.HEAPU32[at >>> 2] ?? 0;
  }
}
