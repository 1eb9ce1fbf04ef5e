import { GraphBuilder } from './graph-builder.ts';
import type { Graph } from './onnx-model.ts';
import type { Weight } from './whisper-weights.ts';

// Whisper as published (A. Radford et al., 2022): an encoder of sound, a decoder of words. Sound may be shorter than 30 s here.

type Weights = ReadonlyMap<string, Weight>;

export function layersOf(weights: Weights, part: 'encoder' | 'decoder'): number {
  let layers = 0;
  while (weights.has(`${part}/layer_${layers}/ffn/linear_0/weight`)) layers++;
  return layers;
}

export function widthOf(weights: Weights): number {
  return weights.get('encoder/layer_norm/gamma')?.dimensions[0] ?? 0;
}

/**
 * In: `mel` [1, bands, 2n] and `positions` [1, n, width]. Out: for each layer of the decoder the keys and values that it looks
 * sound up by, `cross_key_0` and so on, [1, heads, n, 64].
 */
export function encoderGraph(weights: Weights): Graph {
  const width = widthOf(weights);
  const builder = new GraphBuilder(weights);
  const conv = (input: string, name: string, stride: number): string => {
    const inputs = [input, builder.floats(`${name}/weight`), builder.floats(`${name}/bias`)];
    return builder.gelu(builder.add('Conv', inputs, { kernel_shape: [3], pads: [1, 1], strides: [stride] }));
  };
  const heard = conv(conv('mel', 'encoder/conv1', 1), 'encoder/conv2', 2);
  let state = builder.add('Add', [builder.add('Transpose', [heard], { perm: [0, 2, 1] }), 'positions']);
  for (let layer = 0; layer < layersOf(weights, 'encoder'); layer++) {
    const name = `encoder/layer_${layer}`;
    const attention = `${name}/self_attention`;
    const joint = builder.linear(builder.layerNorm(state, `${attention}/layer_norm`), `${attention}/linear_0`);
    const [queries = '', keys = '', values = ''] = builder
      .split(joint, 3, width)
      .map((part) => builder.toHeads(part, width));
    const found = builder.linear(builder.attend(queries, keys, values, width), `${attention}/linear_1`);
    state = builder.feedForward(builder.add('Add', [state, found]), `${name}/ffn`);
  }
  const memory = builder.layerNorm(state, 'encoder/layer_norm');
  const outputs: string[] = [];
  for (let layer = 0; layer < layersOf(weights, 'decoder'); layer++) {
    const joint = builder.linear(memory, `decoder/layer_${layer}/attention/linear_1`);
    const [keys = '', values = ''] = builder.split(joint, 2, width).map((part) => builder.toHeads(part, width));
    builder.name(keys, `cross_key_${layer}`);
    builder.name(values, `cross_value_${layer}`);
    outputs.push(`cross_key_${layer}`, `cross_value_${layer}`);
  }
  return builder.graph(
    [
      ['mel', 3],
      ['positions', 3],
    ],
    outputs,
  );
}

/**
 * In: `words` [1, n, width], embedded and placed; `mask` [1, 1, n, p + n], nothing or a large negative number; for each layer the
 * keys and values of the p words before, `past_key_0` …, and those of the sound, `cross_key_0` …. Out: `scores` of what may
 * follow the last word, [1, vocabulary], and `present_key_0` … of p + n words.
 */
export function decoderGraph(weights: Weights): Graph {
  const width = widthOf(weights);
  const builder = new GraphBuilder(weights);
  const inputs: [string, number][] = [
    ['words', 3],
    ['mask', 4],
  ];
  const outputs = ['scores'];
  let state = 'words';
  for (let layer = 0; layer < layersOf(weights, 'decoder'); layer++) {
    const name = `decoder/layer_${layer}`;
    const own = `${name}/self_attention`;
    const joint = builder.linear(builder.layerNorm(state, `${own}/layer_norm`), `${own}/linear_0`);
    const [queries = '', newKeys = '', newValues = ''] = builder
      .split(joint, 3, width)
      .map((part) => builder.toHeads(part, width));
    const keys = builder.add('Concat', [`past_key_${layer}`, newKeys], { axis: 2 }, `present_key_${layer}`);
    const values = builder.add('Concat', [`past_value_${layer}`, newValues], { axis: 2 }, `present_value_${layer}`);
    const found = builder.linear(builder.attend(queries, keys, values, width, 'mask'), `${own}/linear_1`);
    state = builder.add('Add', [state, found]);
    const cross = `${name}/attention`;
    const asked = builder.linear(builder.layerNorm(state, `${cross}/layer_norm`), `${cross}/linear_0`);
    const heard = builder.attend(builder.toHeads(asked, width), `cross_key_${layer}`, `cross_value_${layer}`, width);
    state = builder.add('Add', [state, builder.linear(heard, `${cross}/linear_2`)]);
    state = builder.feedForward(state, `${name}/ffn`);
    inputs.push(
      [`past_key_${layer}`, 4],
      [`past_value_${layer}`, 4],
      [`cross_key_${layer}`, 4],
      [`cross_value_${layer}`, 4],
    );
    outputs.push(`present_key_${layer}`, `present_value_${layer}`);
  }
  const last = builder.add('Slice', [state, builder.shape(-1), builder.shape(2 ** 31 - 1), builder.shape(1)]);
  const row = builder.add('Reshape', [builder.layerNorm(last, 'decoder/layer_norm'), builder.shape(1, width)]);
  builder.name(builder.linear(row, 'decoder/embeddings', false), 'scores');
  return builder.graph(inputs, outputs);
}
