import { closeSync, openSync, readdirSync, readFileSync, readSync, statSync } from 'node:fs';
import { extname, join } from 'node:path';

/** Machine code, models, fonts and pictures: what carries a licence that its text does not show. */
const BINARY_EXTENSIONS = new Set(
  '.node .wasm .so .dylib .dll .exe .a .onnx .tflite .bin .weights .data .pt .gguf .ttf .otf .woff .woff2 .eot .mp4 .webm .mp3 .wav .ogg .m4a .jar'.split(
    ' ',
  ),
);
const PROGRAM_EXTENSIONS = new Set(['.js', '.mjs', '.cjs']);
const TEXT_EXTENSIONS = new Set(
  '.ts .mts .cts .tsx .jsx .json .md .map .txt .css .html .yml .yaml .svg .png .jpg .jpeg .webp .gif .ico .h .hpp .c .cc .cpp .py .sh .sql .xml .flow .lock .toml'.split(
    ' ',
  ),
);
/** First bytes of ELF, WebAssembly, Mach-O (both byte orders and fat) and PE files. */
const MAGIC_NUMBERS = ['7f454c46', '0061736d', 'cffaedfe', 'feedfacf', 'cafebabe', '4d5a9000'];
/** Base64 of how every WebAssembly file begins: programs inside a JavaScript file. */
const WASM_IN_TEXT = 'AGFzbQE';

/** Words that only code under the GPL, or under no free licence, has inside. */
export const MARKERS: Readonly<Record<string, string>> = {
  'FFmpeg with --enable-gpl': '--enable-gpl',
  'FFmpeg with --enable-version3': '--enable-version3',
  'FFmpeg with --enable-nonfree': '--enable-nonfree',
  'FFmpeg under the GPL': 'libavcodec license: GPL',
  'FFmpeg, not to be passed on': 'libavcodec license: nonfree',
  x264: 'H.264/MPEG-4 AVC codec - Copyleft',
  x265: 'x265_api_get',
  'fdk-aac': 'libfdk',
  'eSpeak NG': 'espeak-ng',
  'the GPL, by name': 'GNU General Public License',
  'the AGPL, by name': 'GNU Affero',
};

export type Binary = {
  /** From the folder that was searched. */
  readonly path: string;
  readonly byteLength: number;
  /** Keys of `MARKERS` that were found inside. */
  readonly markers: readonly string[];
};

export function markersIn(bytes: Buffer): string[] {
  return Object.entries(MARKERS).flatMap(([name, text]) => (bytes.includes(text, 0, 'latin1') ? [name] : []));
}

/** Every binary below a folder, with what was found in it. Folders named in `except` are not entered. */
export function findBinaries(folder: string, except: ReadonlySet<string>): Binary[] {
  const found: Binary[] = [];
  const search = (below: string): void => {
    for (const entry of readdirSync(join(folder, below), { withFileTypes: true })) {
      const path = below === '' ? entry.name : `${below}/${entry.name}`;
      if (entry.isDirectory() && !except.has(entry.name)) search(path);
      if (!entry.isFile() || !isBinary(join(folder, path))) continue;
      const bytes = readFileSync(join(folder, path));
      found.push({ path, byteLength: bytes.byteLength, markers: markersIn(bytes) });
    }
  };
  search('');
  return found.sort((a, b) => (a.path < b.path ? -1 : 1));
}

function isBinary(path: string): boolean {
  const extension = extname(path).toLowerCase();
  if (BINARY_EXTENSIONS.has(extension) || /\.so\.[\d.]+$/.test(path)) return true;
  if (PROGRAM_EXTENSIONS.has(extension)) {
    return statSync(path).size > 4096 && readFileSync(path).includes(WASM_IN_TEXT, 0, 'latin1');
  }
  return !TEXT_EXTENSIONS.has(extension) && MAGIC_NUMBERS.includes(firstBytes(path));
}

function firstBytes(path: string): string {
  const file = openSync(path, 'r');
  try {
    const bytes = Buffer.alloc(4);
    readSync(file, bytes, 0, 4, 0);
    return bytes.toString('hex');
  } finally {
    closeSync(file);
  }
}
