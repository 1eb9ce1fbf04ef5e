import type { Constant, Graph, Node } from './onnx-model.ts';
import { toFloats, type Weight } from './whisper-weights.ts';

/** Widths of a Whisper model: heads are 64 wide in all of them. */
export const HEAD_WIDTH = 64;

/** Puts the layers of a transformer together, weights in 8 bits. */
export class GraphBuilder {
  readonly #weights: ReadonlyMap<string, Weight>;
  readonly #nodes: Node[] = [];
  readonly #constants: Constant[] = [];
  readonly #known = new Set<string>();
  #count = 0;

  constructor(weights: ReadonlyMap<string, Weight>) {
    this.#weights = weights;
  }

  graph(inputs: Graph['inputs'], outputs: readonly string[]): Graph {
    return { nodes: this.#nodes, constants: this.#constants, inputs, outputs };
  }

  add(operator: string, inputs: readonly string[], attributes?: Node['attributes'], output = this.#newName()): string {
    this.#nodes.push({ operator, inputs, outputs: [output], ...(attributes && { attributes }) });
    return output;
  }

  /** Under a name that somebody outside knows. */
  name(value: string, output: string): void {
    this.add('Identity', [value], undefined, output);
  }

  weight(name: string): Weight {
    const weight = this.#weights.get(name);
    if (weight === undefined) throw new Error(`The model has no ${name}.`);
    return weight;
  }

  floats(name: string): string {
    const { dimensions, halves } = this.weight(name);
    return this.constant(name, dimensions, toFloats(halves));
  }

  constant(name: string, dimensions: readonly number[], values: Float32Array | Int8Array | BigInt64Array): string {
    if (this.#known.has(name)) return name;
    this.#known.add(name);
    const bytes = new Uint8Array(values.buffer, values.byteOffset, values.byteLength);
    const element = values instanceof Float32Array ? 'float32' : values instanceof Int8Array ? 'int8' : 'int64';
    this.#constants.push({ name, element, dimensions, bytes });
    return name;
  }

  scalar(value: number): string {
    return this.constant(`scalar ${value}`, [], Float32Array.of(value));
  }

  shape(...values: readonly number[]): string {
    return this.constant(`shape ${values.join(' ')}`, [values.length], BigInt64Array.from(values, BigInt));
  }

  /** `x · Wᵀ + b`; the matrix in 8 bits with a scale for each row of W, what it is multiplied with in 8 bits of its own. */
  linear(input: string, name: string, hasBias = true): string {
    const [rows = 0, columns = 0] = this.weight(`${name}/weight`).dimensions;
    const { values, scales } = inEightBits(toFloats(this.weight(`${name}/weight`).halves), rows, columns);
    const matrix = this.constant(`${name}/weight8`, [columns, rows], values);
    const [input8, inputScale, inputZero] = [this.#newName(), this.#newName(), this.#newName()];
    this.#nodes.push({ operator: 'DynamicQuantizeLinear', inputs: [input], outputs: [input8, inputScale, inputZero] });
    const whole = this.add('MatMulInteger', [input8, matrix, inputZero]);
    const scale = this.add('Mul', [inputScale, this.constant(`${name}/scale`, [rows], scales)]);
    const product = this.add('Mul', [this.add('Cast', [whole], { to: 1 }), scale]);
    return hasBias ? this.add('Add', [product, this.floats(`${name}/bias`)]) : product;
  }

  layerNorm(input: string, name: string): string {
    const inputs = [input, this.floats(`${name}/gamma`), this.floats(`${name}/beta`)];
    const output = this.#newName();
    this.#nodes.push({ operator: 'LayerNormalization', inputs, outputs: [output], fraction: ['epsilon', 1e-5] });
    return output;
  }

  /** x/2 · (1 + erf(x/√2)). */
  gelu(input: string): string {
    const bent = this.add('Erf', [this.add('Div', [input, this.scalar(Math.SQRT2)])]);
    const lifted = this.add('Add', [bent, this.scalar(1)]);
    return this.add('Mul', [this.add('Mul', [input, lifted]), this.scalar(0.5)]);
  }

  feedForward(input: string, name: string): string {
    const inner = this.linear(this.layerNorm(input, `${name}/layer_norm`), `${name}/linear_0`);
    return this.add('Add', [input, this.linear(this.gelu(inner), `${name}/linear_1`)]);
  }

  /** One after the other out of the last dimension, which has `count` times `width` values. */
  split(input: string, count: number, width: number): string[] {
    return Array.from({ length: count }, (_, k) =>
      this.add('Slice', [input, this.shape(k * width), this.shape((k + 1) * width), this.shape(-1)]),
    );
  }

  /** [1, n, heads · 64] becomes [1, heads, n, 64]. */
  toHeads(input: string, width: number): string {
    const shaped = this.add('Reshape', [input, this.shape(0, 0, width / HEAD_WIDTH, HEAD_WIDTH)]);
    return this.add('Transpose', [shaped], { perm: [0, 2, 1, 3] });
  }

  /** What the queries find, [1, n, heads · 64]; queries, keys and values are [1, heads, n, 64]. */
  attend(queries: string, keys: string, values: string, width: number, mask?: string): string {
    const scaled = this.add('Mul', [queries, this.scalar(HEAD_WIDTH ** -0.5)]);
    const scores = this.add('MatMul', [scaled, this.add('Transpose', [keys], { perm: [0, 1, 3, 2] })]);
    const masked = mask === undefined ? scores : this.add('Add', [scores, mask]);
    const found = this.add('MatMul', [this.add('Softmax', [masked], { axis: -1 }), values]);
    return this.add('Reshape', [this.add('Transpose', [found], { perm: [0, 2, 1, 3] }), this.shape(0, 0, width)]);
  }

  #newName(): string {
    this.#count += 1;
    return `v${this.#count}`;
  }
}

/** The transpose of a matrix, each row of the original with a scale of its own. */
function inEightBits(matrix: Float32Array, rows: number, columns: number) {
  const values = new Int8Array(rows * columns);
  const scales = new Float32Array(rows);
  for (let row = 0; row < rows; row++) {
    let peak = 0;
    for (let column = 0; column < columns; column++)
      peak = Math.max(peak, Math.abs(matrix[row * columns + column] as number));
    const scale = peak === 0 ? 1 : peak / 127;
    scales[row] = scale;
    for (let column = 0; column < columns; column++) {
      values[column * rows + row] = Math.round((matrix[row * columns + column] as number) / scale);
    }
  }
  return { values, scales };
}
