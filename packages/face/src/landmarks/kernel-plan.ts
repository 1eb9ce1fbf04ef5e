import * as tf from '@tensorflow/tfjs-core';

/** A graph as TensorFlow.js stores it, as far as it is read here. */
export type StoredNode = {
  readonly name: string;
  readonly op: string;
  readonly input?: readonly string[];
  readonly attr?: Readonly<Record<string, StoredAttribute>>;
};
type StoredAttribute = {
  readonly s?: string;
  readonly list?: { readonly i?: readonly string[]; readonly s?: readonly string[] };
};

type Weights = Readonly<Record<string, readonly tf.Tensor[]>>;
type Inputs = Readonly<Record<string, tf.TensorInfo | undefined>>;
type Call = (inputs: readonly tf.TensorInfo[]) => tf.TensorInfo;
type Step = {
  readonly output: string;
  readonly inputs: readonly string[];
  readonly call: Call;
  readonly last: readonly string[];
};

const BACKEND = 'wasm';

/**
 * A graph as a list of calls of TensorFlow.js's WebAssembly kernels, one after the other. The library's own executor prepares and
 * checks every call anew, which takes a third of the time of a small network that looks at every picture of a film.
 */
export class KernelPlan {
  readonly #steps: readonly Step[];
  readonly #input: string;
  readonly #outputs: readonly string[];
  readonly #constants: ReadonlyMap<string, tf.TensorInfo>;

  /** Throws where the graph holds what is not known here. */
  constructor(nodes: readonly StoredNode[], weights: Weights) {
    const input = nodes.find(({ op }) => op === 'Placeholder');
    if (input === undefined) throw new Error('This graph has no input.');
    this.#input = input.name;
    this.#constants = new Map(
      nodes.filter(({ op }) => op === 'Const').map(({ name }) => [name, infoOf(weights, name)]),
    );
    const worked = inOrder(nodes).filter(({ op }) => op !== 'Const' && op !== 'Placeholder');
    const used = new Map<string, number>();
    for (const [index, { input: names = [] }] of worked.entries()) for (const name of names) used.set(name, index);
    this.#outputs = worked.map(({ name }) => name).filter((name) => !used.has(name));
    this.#steps = worked.map((node, index) => {
      const inputs = node.input ?? [];
      const last = [...new Set(inputs)].filter((name) => used.get(name) === index && !this.#constants.has(name));
      return { output: node.name, inputs, call: callOf(node, weights), last };
    });
  }

  /** What the graph's outputs are for an input of this shape. */
  run(values: Float32Array, shape: number[]): { readonly shape: readonly number[]; readonly values: Float32Array }[] {
    const backend = tf.backend();
    const held = new Map<string, tf.TensorInfo>();
    held.set(this.#input, { dataId: backend.write(values, shape, 'float32'), shape, dtype: 'float32' });
    for (const { output, inputs, call, last } of this.#steps) {
      const given = inputs.map((name) => (held.get(name) ?? this.#constants.get(name)) as tf.TensorInfo);
      held.set(output, call(given));
      for (const name of last) {
        backend.disposeData((held.get(name) as tf.TensorInfo).dataId);
        held.delete(name);
      }
    }
    return this.#outputs.map((name) => {
      const { dataId, shape: outputShape } = held.get(name) as tf.TensorInfo;
      const result = Float32Array.from(backend.readSync(dataId) as Float32Array);
      backend.disposeData(dataId);
      return { shape: outputShape, values: result };
    });
  }
}

function infoOf(weights: Weights, name: string): tf.TensorInfo {
  const tensor = weights[name]?.[0];
  if (tensor === undefined) throw new Error(`This graph lacks the values of ${name}.`);
  return { dataId: tensor.dataId, shape: tensor.shape, dtype: tensor.dtype };
}

/** Each after what it needs. */
function inOrder(nodes: readonly StoredNode[]): StoredNode[] {
  const byName = new Map(nodes.map((node) => [node.name, node]));
  const done = new Set<StoredNode>();
  const visit = (node: StoredNode): void => {
    if (done.has(node)) return;
    for (const name of node.input ?? []) visit(byName.get(name) as StoredNode);
    done.add(node);
  };
  for (const node of nodes) visit(node);
  return [...done];
}

function callOf(node: StoredNode, weights: Weights): Call {
  const numbers = (name: string): number[] => (node.attr?.[name]?.list?.i ?? []).map(Number);
  const texts = (name: string): string[] => (node.attr?.[name]?.list?.s ?? []).map(textOf);
  const inner = (name: string): [number, number] => numbers(name).slice(1, 3) as [number, number];
  const pad = textOf(node.attr?.padding?.s ?? '').toLowerCase();
  const constant = (index: number): number[] => [...(weights[node.input?.[index] ?? '']?.[0]?.dataSync() ?? [])];
  switch (node.op) {
    case '_FusedConv2D': {
      const isPrelu = texts('fused_ops').includes('Prelu');
      const attrs = {
        strides: inner('strides'),
        pad,
        dataFormat: 'NHWC',
        dilations: inner('dilations'),
        ...(isPrelu ? { activation: 'prelu' } : { activation: 'linear' }),
      };
      return kernel(tf.FusedConv2D, attrs, ([x, filter, bias, preluActivationWeights]) => ({
        x,
        filter,
        bias,
        ...(isPrelu && { preluActivationWeights }),
      }));
    }
    case 'DepthwiseConv2dNative':
      return kernel(
        tf.DepthwiseConv2dNative,
        { strides: inner('strides'), pad, dataFormat: 'NHWC', dilations: inner('dilations') },
        ([x, filter]) => ({ x, filter }),
      );
    case 'AddV2':
      return kernel(tf.Add, {}, ([a, b]) => ({ a, b }));
    case 'Prelu':
      return kernel(tf.Prelu, {}, ([x, alpha]) => ({ x, alpha }));
    case 'MaxPool':
      return kernel(tf.MaxPool, { filterSize: inner('ksize'), strides: inner('strides'), pad }, ([x]) => ({ x }));
    case 'Pad': {
      const sides = constant(1);
      const paddings = sides.filter((_unused, i) => i % 2 === 0).map((before, i) => [before, sides[2 * i + 1] ?? 0]);
      return kernel(tf.PadV2, { paddings, constantValue: 0 }, ([x]) => ({ x }));
    }
    case 'Sigmoid':
      return kernel(tf.Sigmoid, {}, ([x]) => ({ x }));
    case 'Reshape':
      return kernel(tf.Reshape, { shape: constant(1) }, ([x]) => ({ x }));
    case 'Identity':
      return kernel(tf.Identity, {}, ([x]) => ({ x }));
    default:
      throw new Error(`This graph holds a ${node.op}, which is not known here.`);
  }
}

function kernel(name: string, attrs: object, named: (inputs: readonly tf.TensorInfo[]) => Inputs): Call {
  const found = tf.getKernel(name, BACKEND);
  const backend = tf.backend();
  return (inputs) =>
    found.kernelFunc({
      inputs: named(inputs) as tf.NamedTensorInfoMap,
      attrs: attrs as tf.NamedAttrMap,
      backend,
    }) as tf.TensorInfo;
}

function textOf(base64: string): string {
  return Buffer.from(base64, 'base64').toString();
}
