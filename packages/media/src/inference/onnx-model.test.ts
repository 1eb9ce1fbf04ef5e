import { InferenceSession, Tensor } from 'onnxruntime-web/wasm';
import { expect, it } from 'vitest';
import { GraphBuilder } from './graph-builder.ts';
import { onnxModel } from './onnx-model.ts';
import { WhisperVocabulary } from './whisper-vocabulary.ts';
import { readWeights, toFloats, type Weight } from './whisper-weights.ts';

/** A file as CTranslate2 writes it, with one matrix of 16-bit floats. */
function weightsFile(halves: readonly number[], dimensions: readonly number[], name = 'layer/weight'): Uint8Array {
  const text = (word: string): Buffer => {
    const bytes = Buffer.from(`${word}\0`);
    return Buffer.concat([Buffer.from(Uint16Array.of(bytes.length).buffer), bytes]);
  };
  const number = (value: number): Buffer => Buffer.from(Uint32Array.of(value).buffer);
  const data = Buffer.from(Uint16Array.from(halves).buffer);
  return Buffer.concat([
    number(6),
    text('WhisperSpec'),
    number(3),
    number(1),
    text(name),
    Buffer.of(dimensions.length),
    ...dimensions.map(number),
    Buffer.of(4),
    number(data.length),
    data,
  ]);
}

/** 1, 2, -0.5 and 0 as 16-bit floats. */
const HALVES = [0x3c00, 0x4000, 0xb800, 0x0000];

it('reads weights, and refuses what is no model, is cut short or says another length', () => {
  const file = weightsFile(HALVES, [2, 2]);
  const weight = readWeights(file).get('layer/weight');
  expect(weight?.dimensions).toEqual([2, 2]);
  expect([...toFloats(weight?.halves ?? new Uint16Array())]).toEqual([1, 2, -0.5, 0]);
  expect(() => readWeights(Buffer.from('something else entirely'))).toThrow();
  expect(() => readWeights(file.subarray(0, file.length - 1))).toThrow('cut short');
  expect(() => readWeights(weightsFile(HALVES, [2, 3]))).toThrow('another length');
  expect([...toFloats(Uint16Array.of(0x0001, 0x7c00))]).toEqual([2 ** -24, Number.POSITIVE_INFINITY]);
});

it('multiplies by a matrix in 8 bits nearly as in 32, on the runtime', async () => {
  const weights = new Map<string, Weight>(readWeights(weightsFile(HALVES, [2, 2])));
  const builder = new GraphBuilder(weights);
  builder.name(builder.linear('x', 'layer', false), 'y');
  const session = await InferenceSession.create(onnxModel(builder.graph([['x', 2]], ['y'])), {
    executionProviders: ['wasm'],
  });
  const { y } = await session.run({ x: new Tensor('float32', Float32Array.of(1, -2, 0.5, 3), [2, 2]) });
  const expected = [-3, -0.5, 6.5, -0.25];
  expect(y?.dims).toEqual([2, 2]);
  for (const [k, value] of expected.entries()) expect(Number(y?.data[k])).toBeCloseTo(value, 0.7);
});

it('knows the pieces of a vocabulary, letters beyond ASCII and marks among them', () => {
  const vocabulary = new WhisperVocabulary('Hello\nĠw\norld\nĠÃ¼ber\n<|endoftext|>\n');
  expect(vocabulary.textOf([0, 1, 2, 3])).toBe('Hello world über');
  expect(vocabulary.mark('endoftext')).toBe(4);
  expect(() => vocabulary.requireMark('nothing')).toThrow('no mark');
});
