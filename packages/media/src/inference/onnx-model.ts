// Writes models in the interchange format of ONNX (protocol buffers; field numbers as in onnx.proto, version 1.17, Apache-2.0).

const IR_VERSION = 8;
const OPERATOR_SET = 17;

const ELEMENT = { float32: 1, int8: 3, int64: 7 } as const;
type ElementName = keyof typeof ELEMENT;

/** A constant of a graph, its bytes little-endian. */
export type Constant = {
  readonly name: string;
  readonly element: ElementName;
  readonly dimensions: readonly number[];
  readonly bytes: Uint8Array;
};

type Attribute = number | readonly number[];

export type Node = {
  readonly operator: string;
  readonly inputs: readonly string[];
  readonly outputs: readonly string[];
  readonly attributes?: Readonly<Record<string, Attribute>>;
  /** An attribute that is a fraction, by its name. */
  readonly fraction?: readonly [name: string, value: number];
};

export type Graph = {
  readonly nodes: readonly Node[];
  readonly constants: readonly Constant[];
  /** Names of what goes in and comes out, of 32-bit floats unless they say otherwise, of any shape with that many dimensions. */
  readonly inputs: readonly (readonly [name: string, rank: number, element?: ElementName])[];
  readonly outputs: readonly string[];
};

export function onnxModel(graph: Graph): Uint8Array {
  const body = message([
    ...graph.nodes.map((node) => bytesField(1, nodeBytes(node))),
    textField(2, 'graph'),
    ...graph.constants.map((constant) => bytesField(5, constantBytes(constant))),
    ...graph.inputs.map(([name, rank, element]) => bytesField(11, valueBytes(name, rank, element))),
    ...graph.outputs.map((name) => bytesField(12, message([textField(1, name)]))),
  ]);
  const operatorSet = message([textField(1, ''), numberField(2, OPERATOR_SET)]);
  return flatten(message([numberField(1, IR_VERSION), bytesField(7, body), bytesField(8, operatorSet)]));
}

/**
 * A model that gives one value more of those that it works out on its way. Messages that follow each other are one message: what
 * stands behind a model in its file belongs to it.
 */
export function withOutput(model: Uint8Array, name: string, element: ElementName): Uint8Array {
  const type = message([bytesField(1, message([numberField(1, ELEMENT[element])]))]);
  const value = message([textField(1, name), bytesField(2, type)]);
  const behind = flatten(bytesField(7, bytesField(12, value)));
  const whole = new Uint8Array(model.length + behind.length);
  whole.set(model);
  whole.set(behind, model.length);
  return whole;
}

/** Pieces of a message, so that weights are copied once. */
type Pieces = { readonly pieces: readonly Uint8Array[]; readonly length: number };

function nodeBytes({ operator, inputs, outputs, attributes = {}, fraction }: Node): Pieces {
  return message([
    ...inputs.map((name) => textField(1, name)),
    ...outputs.map((name) => textField(2, name)),
    textField(4, operator),
    ...Object.entries(attributes).map(([name, value]) => bytesField(5, attributeBytes(name, value))),
    ...(fraction === undefined ? [] : [bytesField(5, fractionBytes(...fraction))]),
  ]);
}

function attributeBytes(name: string, value: Attribute): Pieces {
  if (typeof value === 'number') return message([textField(1, name), numberField(3, value), numberField(20, 2)]);
  return message([textField(1, name), ...value.map((entry) => numberField(8, entry)), numberField(20, 7)]);
}

function fractionBytes(name: string, value: number): Pieces {
  const bytes = new Uint8Array(new Float32Array([value]).buffer);
  return message([textField(1, name), message([varint((2 << 3) | 5), whole(bytes)]), numberField(20, 1)]);
}

function constantBytes({ name, element, dimensions, bytes }: Constant): Pieces {
  return message([
    ...dimensions.map((length) => numberField(1, length)),
    numberField(2, ELEMENT[element]),
    textField(8, name),
    bytesField(9, whole(bytes)),
  ]);
}

function valueBytes(name: string, rank: number, element: ElementName = 'float32'): Pieces {
  const dimension = (index: number): Pieces => bytesField(1, message([textField(2, `${name}_${index}`)]));
  const shape = message(Array.from({ length: rank }, (_, index) => dimension(index)));
  const tensor = message([numberField(1, ELEMENT[element]), bytesField(2, shape)]);
  return message([textField(1, name), bytesField(2, message([bytesField(1, tensor)]))]);
}

function message(fields: readonly Pieces[]): Pieces {
  return {
    pieces: fields.flatMap(({ pieces }) => pieces),
    length: fields.reduce((sum, { length }) => sum + length, 0),
  };
}

function whole(bytes: Uint8Array): Pieces {
  return { pieces: [bytes], length: bytes.length };
}

function textField(field: number, text: string): Pieces {
  return bytesField(field, whole(new TextEncoder().encode(text)));
}

function bytesField(field: number, content: Pieces): Pieces {
  return message([varint((field << 3) | 2), varint(content.length), content]);
}

function numberField(field: number, value: number): Pieces {
  return message([varint(field << 3), varint(value)]);
}

/** Whole numbers as protocol buffers write them; those below nothing in 64 bits of two's complement. */
function varint(value: number): Pieces {
  const bytes: number[] = [];
  let rest = BigInt.asUintN(64, BigInt(value));
  do {
    const low = Number(rest & 0x7fn);
    rest >>= 7n;
    bytes.push(rest === 0n ? low : low | 0x80);
  } while (rest !== 0n);
  return whole(Uint8Array.from(bytes));
}

function flatten({ pieces, length }: Pieces): Uint8Array {
  const flat = new Uint8Array(length);
  let at = 0;
  for (const piece of pieces) {
    flat.set(piece, at);
    at += piece.length;
  }
  return flat;
}
