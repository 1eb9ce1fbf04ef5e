import { KOKORO_VOICE_FILES } from './kokoro-voices.ts';

/** What a model does in a call. */
type ModelKind = 'turn-end' | 'ears' | 'mouth' | 'brain';

export type ModelFile = {
  /** Below the model's folder, and below the root of its repository. */
  readonly path: string;
  readonly sizeBytes: number;
  /** Hexadecimal; null: not known, so that only the size is checked. */
  readonly sha256: string | null;
};

/** A model that this release can use. */
export type Model = {
  readonly name: string;
  readonly kind: ModelKind;
  /** What it is good for, in a few words. */
  readonly summary: string;
  /** SPDX identifier of what its weights are under. */
  readonly licence: string;
  /** On the hub: `owner/name`. */
  readonly repository: string;
  /** What a machine needs for it. */
  readonly needs: string;
  /** The same in numbers: memory that it takes, and cores that it wants; null: not known. */
  readonly room: { readonly memoryBytes: number | null; readonly cores: number | null };
  readonly files: readonly ModelFile[];
};

/** Sizes and sums are of files that were held in hand, or as several who hold them say; where that is not known, the sum is null. */
export const MODELS: readonly Model[] = [
  {
    name: 'smart-turn-v3.2',
    kind: 'turn-end',
    summary: 'hears whether a sentence is finished, in 23 languages',
    licence: 'BSD-2-Clause',
    repository: 'pipecat-ai/smart-turn-v3',
    needs: '0.2 s of one core for each pause of the user',
    room: { memoryBytes: null, cores: 1 },
    files: [
      {
        path: 'smart-turn-v3.2-cpu.onnx',
        sizeBytes: 8_679_182,
        sha256: '2bb026316b14a660486a75b1733cd3fbab8c2fd0314dc9af7be49f8cca967e4f',
      },
    ],
  },
  {
    name: 'whisper-base',
    kind: 'ears',
    summary: 'writes down what is said, in 99 languages',
    licence: 'MIT',
    repository: 'Systran/faster-whisper-base',
    needs: '0.15 s of one core for a second of speech; memory not measured',
    room: { memoryBytes: null, cores: 1 },
    files: [
      {
        path: 'model.bin',
        sizeBytes: 145_217_532,
        sha256: 'd01c3014881c9c6f3133c182f3d2887eb6ca1c789a7538c5c007196857a0a6a9',
      },
      {
        path: 'vocabulary.txt',
        sizeBytes: 459_861,
        sha256: '34ce3fe1c5041027b3f8d42912270993f986dbc4bb34cf27f951e34a1e453913',
      },
      {
        path: 'config.json',
        sizeBytes: 2_309,
        sha256: '56a6d8110d311f19c8f0471e562832c7527f146b567275bfca59fcf7c184da9a',
      },
    ],
  },
  {
    name: 'whisper-tiny.en',
    kind: 'ears',
    summary: 'writes down what is said, in English, with more mistakes, at 0.6 of the cost',
    licence: 'MIT',
    repository: 'Systran/faster-whisper-tiny.en',
    needs: '0.5 GB of memory, 0.1 s of one core for a second of speech',
    room: { memoryBytes: 500_000_000, cores: 1 },
    files: [
      {
        path: 'model.bin',
        sizeBytes: 75_537_502,
        sha256: '1a5afae06a4db91c975c9a9d78be5cc110ee4ea022ad57d55492e4550e936b2a',
      },
      {
        path: 'vocabulary.txt',
        sizeBytes: 422_309,
        sha256: 'ff77588746d3a2595d32ab5b69ffd7b95ce2441ac57533cb66fc3eb575a115cf',
      },
      {
        path: 'config.json',
        sizeBytes: 2_317,
        sha256: '14b1b421a90349bc551b881461426b561a874049cb9e4c4864f2ca384f6a7cc5',
      },
    ],
  },
  {
    name: 'kokoro-82m',
    kind: 'mouth',
    summary: 'speaks English, in 28 voices',
    licence: 'Apache-2.0',
    repository: 'onnx-community/Kokoro-82M-v1.0-ONNX',
    needs: '0.7 GB of memory, and a fast core for each talk that speaks',
    room: { memoryBytes: 700_000_000, cores: 1 },
    files: [
      {
        path: 'onnx/model_quantized.onnx',
        sizeBytes: 92_361_116,
        sha256: 'fbae9257e1e05ffc727e951ef9b9c98418e6d79f1c9b6b13bd59f5c9028a1478',
      },
      ...KOKORO_VOICE_FILES,
    ],
  },
  brain({
    name: 'qwen3-1.7b',
    summary: 'thinks of answers and calls tools, in some hundred languages',
    repository: 'Qwen/Qwen3-1.7B-GGUF',
    needs: '3 GB of memory, four quick cores; not measured here',
    room: { memoryBytes: 3_000_000_000, cores: 4 },
    file: {
      path: 'Qwen3-1.7B-Q8_0.gguf',
      sizeBytes: 1_834_426_016,
      sha256: '061b54daade076b5d3362dac252678d17da8c68f07560be70818cace6590cb1a',
    },
  }),
  brain({
    name: 'qwen3-0.6b',
    summary: 'the same with less sense, for small machines',
    repository: 'Qwen/Qwen3-0.6B-GGUF',
    needs: '2 GB of memory, two quick cores; not measured here',
    room: { memoryBytes: 2_000_000_000, cores: 2 },
    file: {
      path: 'Qwen3-0.6B-Q8_0.gguf',
      sizeBytes: 639_446_688,
      sha256: '9465e63a22add5354d9bb4b99e90117043c7124007664907259bd16d043bb031',
    },
  }),
  brain({
    name: 'qwen3-4b',
    summary: 'the same with more sense, for large machines',
    repository: 'Qwen/Qwen3-4B-GGUF',
    needs: '5 GB of memory, eight quick cores; not measured here',
    room: { memoryBytes: 5_000_000_000, cores: 8 },
    file: {
      path: 'Qwen3-4B-Q4_K_M.gguf',
      sizeBytes: 2_497_280_256,
      sha256: '7485fe6f11af29433bc51cab58009521f205840f5b4ae3a32fa7f92e8534fdf5',
    },
  }),
];

function brain({
  file,
  ...rest
}: Pick<Model, 'name' | 'summary' | 'repository' | 'needs' | 'room'> & { readonly file: ModelFile }): Model {
  return { ...rest, kind: 'brain', licence: 'Apache-2.0', files: [file] };
}

export function modelBytes({ files }: Model): number {
  return files.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0);
}
