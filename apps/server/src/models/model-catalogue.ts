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
  readonly files: readonly ModelFile[];
};

/** Sizes and sums are of files that were held in hand; where there was none, the sum is null. */
export const MODELS: readonly Model[] = [
  {
    name: 'smart-turn-v3.2',
    kind: 'turn-end',
    summary: 'hears whether a sentence is finished, in 23 languages',
    licence: 'BSD-2-Clause',
    repository: 'pipecat-ai/smart-turn-v3',
    needs: '150 MB of memory a media worker, 0.1 to 0.2 s of one core for each pause of the user',
    files: [
      {
        path: 'smart-turn-v3.2-cpu.onnx',
        sizeBytes: 8_679_182,
        sha256: '2bb026316b14a660486a75b1733cd3fbab8c2fd0314dc9af7be49f8cca967e4f',
      },
    ],
  },
];

export function modelBytes({ files }: Model): number {
  return files.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0);
}
