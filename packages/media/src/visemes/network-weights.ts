/** One layer: `weight` holds `rows` rows of `columns` numbers. */
export type DenseLayer = {
  readonly rows: number;
  readonly columns: number;
  readonly weight: Float32Array;
  readonly bias: Float32Array;
};

export type NetworkWeights = {
  /** Width of every hidden layer. */
  readonly hidden: number;
  /** Mean spectral shape of the training voices, one number a mel band. */
  readonly meanShape: Float32Array;
  readonly first: DenseLayer;
  readonly second: DenseLayer;
  readonly third: DenseLayer;
  /** Rows: reset, update and new gate of the GRU, in this order. */
  readonly memoryInput: DenseLayer;
  readonly memoryState: DenseLayer;
  /** Two frames of channels. */
  readonly shape: DenseLayer;
  /** Two frames of phone classes. */
  readonly phone: DenseLayer;
  /** Symbols of the phone classes. */
  readonly classes: readonly string[];
};

type ArrayEntry = {
  readonly name: string;
  readonly type: 'int8' | 'float32';
  readonly dimensions: readonly number[];
  readonly offset: number;
};

/**
 * Reads the file that tools/train-articulation/train.py writes: a little-endian 32-bit length, a JSON header of that
 * length that names the arrays, then the arrays. Weights are int8 with one float32 scale a row.
 *
 * @throws Error when the file is damaged or lacks an array.
 */
export function readNetworkWeights(file: Uint8Array): NetworkWeights {
  const view = new DataView(file.buffer, file.byteOffset, file.byteLength);
  const headerLength = view.getUint32(0, true);
  const header = JSON.parse(new TextDecoder().decode(file.subarray(4, 4 + headerLength))) as {
    hidden: number;
    classes: readonly string[];
    arrays: readonly ArrayEntry[];
  };
  const bodyStart = 4 + headerLength;

  const find = (name: string, type: ArrayEntry['type']): ArrayEntry => {
    const entry = header.arrays.find((candidate) => candidate.name === name);
    if (entry === undefined || entry.type !== type)
      throw new Error(`The weights file lacks the ${type} array ${name}.`);
    return entry;
  };
  const readFloats = (name: string): Float32Array => {
    const { dimensions, offset } = find(name, 'float32');
    const start = bodyStart + offset;
    return Float32Array.from({ length: dimensions[0] ?? 0 }, (_, index) => view.getFloat32(start + 4 * index, true));
  };
  const readLayer = (name: string): DenseLayer => {
    const { dimensions, offset } = find(`${name}.weight`, 'int8');
    const [rows = 0, columns = 0] = dimensions;
    const scale = readFloats(`${name}.scale`);
    const start = bodyStart + offset;
    const weight = Float32Array.from(
      { length: rows * columns },
      (_, index) => view.getInt8(start + index) * (scale[Math.floor(index / columns)] ?? 0),
    );
    return { rows, columns, weight, bias: readFloats(`${name}.bias`) };
  };

  return {
    hidden: header.hidden,
    meanShape: readFloats('meanShape'),
    first: readLayer('first'),
    second: readLayer('second'),
    third: readLayer('third'),
    memoryInput: readLayer('memoryInput'),
    memoryState: readLayer('memoryState'),
    shape: readLayer('shape'),
    phone: readLayer('phone'),
    classes: header.classes,
  };
}
