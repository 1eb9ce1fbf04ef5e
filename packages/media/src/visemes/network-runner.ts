import { ARTICULATION_CHANNELS } from '../core/articulation.ts';
import { FEATURE_COUNT, LevelNormaliser } from './level-normaliser.ts';
import { WINDOW_LAG_MS } from './log-mel.ts';
import type { DenseLayer, NetworkWeights } from './network-weights.ts';

const CHANNEL_COUNT = ARTICULATION_CHANNELS.length;
/** A belief is every channel's value, and last the probability of a pause. */
export const BELIEF_COUNT = CHANNEL_COUNT + 1;
export const PAUSE = CHANNEL_COUNT;
/** Gestures of the lips are read from the phones: their probabilities tell p b m from t d k better than a channel does. */
const GESTURE_PHONES: readonly { readonly slot: number; readonly symbols: readonly string[] }[] = [
  { slot: ARTICULATION_CHANNELS.indexOf('closure'), symbols: ['p', 'b', 'm'] },
  { slot: ARTICULATION_CHANNELS.indexOf('labiodental'), symbols: ['f', 'v'] },
  { slot: PAUSE, symbols: ['pau'] },
];
/** The network steps over two frames at once. */
const FRAMES_PER_STEP = 2;
/** Frames before and after a step's first frame that the first layer sees. */
const FRAMES_BEFORE = 0;
const FRAMES_AFTER = 6;
const WINDOW_FRAMES = FRAMES_BEFORE + 1 + FRAMES_AFTER;
/** Steps to each side that the second and the third layer see. */
const STEPS_PER_LAYER = 3;
/** Steps that the read-out lags behind the first layer. */
const STEPS_BEHIND = 2;
const FRAMES_AHEAD = FRAMES_AFTER + STEPS_BEHIND * FRAMES_PER_STEP;

/** From the end of a frame to the end of the last sound that it depends on. */
export const NETWORK_LOOK_AHEAD_MS = FRAMES_AHEAD * 10 + WINDOW_LAG_MS;

/**
 * out[row] = bias[row] + weight[row] · input. Two rows at a time, so that each input is loaded once for both; all layers
 * have an even number of rows.
 */
function applyLayer(layer: DenseLayer, input: Float32Array, out: Float32Array): void {
  const { rows, columns, weight, bias } = layer;
  for (let row = 0; row < rows; row += 2) {
    const upper = row * columns;
    const lower = upper + columns;
    let upperEven = 0;
    let upperOdd = 0;
    let lowerEven = 0;
    let lowerOdd = 0;
    let column = 0;
    for (; column + 1 < columns; column += 2) {
      const even = input[column] as number;
      const odd = input[column + 1] as number;
      upperEven += (weight[upper + column] as number) * even;
      upperOdd += (weight[upper + column + 1] as number) * odd;
      lowerEven += (weight[lower + column] as number) * even;
      lowerOdd += (weight[lower + column + 1] as number) * odd;
    }
    if (column < columns) {
      upperEven += (weight[upper + column] as number) * (input[column] as number);
      lowerEven += (weight[lower + column] as number) * (input[column] as number);
    }
    out[row] = (bias[row] as number) + upperEven + upperOdd;
    out[row + 1] = (bias[row + 1] as number) + lowerEven + lowerOdd;
  }
}

function sigmoid(value: number): number {
  return 1 / (1 + Math.exp(-value));
}

/** A convolution over three steps with a rectifier and a bypass from the middle step. */
class ResidualLayer {
  readonly #layer: DenseLayer;
  readonly #window: Float32Array;
  readonly #out: Float32Array;
  #pushed = 0;

  constructor(layer: DenseLayer) {
    this.#layer = layer;
    this.#window = new Float32Array(STEPS_PER_LAYER * layer.rows);
    this.#out = new Float32Array(layer.rows);
  }

  /** Takes the next step, or null for the nothing after the last; returns the step before it, null at the first. */
  push(input: Float32Array | null): Float32Array | null {
    const width = this.#out.length;
    this.#window.copyWithin(0, width);
    if (input === null) this.#window.fill(0, 2 * width);
    else this.#window.set(input, 2 * width);
    this.#pushed += 1;
    if (this.#pushed === 1) return null;
    applyLayer(this.#layer, this.#window, this.#out);
    for (let index = 0; index < width; index++) {
      this.#out[index] = Math.max(0, this.#out[index] as number) + (this.#window[width + index] as number);
    }
    return this.#out;
  }
}

/** A gated recurrent unit after Cho et al. (2014), with the reset gate applied to the state's product. */
class RecurrentLayer {
  readonly #input: DenseLayer;
  readonly #state: DenseLayer;
  readonly #width: number;
  readonly #fromInput: Float32Array;
  readonly #fromState: Float32Array;
  readonly out: Float32Array;

  constructor(input: DenseLayer, state: DenseLayer) {
    this.#input = input;
    this.#state = state;
    this.#width = state.columns;
    this.#fromInput = new Float32Array(input.rows);
    this.#fromState = new Float32Array(state.rows);
    this.out = new Float32Array(state.columns);
  }

  push(input: Float32Array): void {
    const width = this.#width;
    applyLayer(this.#input, input, this.#fromInput);
    applyLayer(this.#state, this.out, this.#fromState);
    for (let index = 0; index < width; index++) {
      const reset = sigmoid((this.#fromInput[index] as number) + (this.#fromState[index] as number));
      const update = sigmoid((this.#fromInput[width + index] as number) + (this.#fromState[width + index] as number));
      const candidate = Math.tanh(
        (this.#fromInput[2 * width + index] as number) + reset * (this.#fromState[2 * width + index] as number),
      );
      this.out[index] = (1 - update) * candidate + update * (this.out[index] as number);
    }
  }
}

/**
 * The network over one stream of mel frames: a convolution over seven frames at every second frame, two residual
 * convolutions, a GRU and a linear read-out of two frames. About 10 million multiplications per second of sound.
 */
export class NetworkRunner {
  readonly #weights: NetworkWeights;
  readonly #normaliser: LevelNormaliser;
  readonly #onBelief: (belief: Float32Array) => void;
  readonly #features = new Float32Array(WINDOW_FRAMES * FEATURE_COUNT);
  readonly #hidden: Float32Array;
  readonly #second: ResidualLayer;
  readonly #third: ResidualLayer;
  readonly #memory: RecurrentLayer;
  readonly #joined: Float32Array;
  readonly #shape: Float32Array;
  readonly #phone: Float32Array;
  readonly #gestures: readonly { readonly slot: number; readonly classes: readonly number[] }[];
  readonly #belief = new Float32Array(BELIEF_COUNT);
  #heardFrames = 0;
  #steps = 0;
  #emittedFrames = 0;

  /** `onBelief` gets `BELIEF_COUNT` values from 0 to 1, frame by frame in the same array. */
  constructor(weights: NetworkWeights, onBelief: (belief: Float32Array) => void) {
    const { hidden } = weights;
    this.#weights = weights;
    this.#normaliser = new LevelNormaliser(weights.meanShape);
    this.#onBelief = onBelief;
    this.#hidden = new Float32Array(hidden);
    this.#second = new ResidualLayer(weights.second);
    this.#third = new ResidualLayer(weights.third);
    this.#memory = new RecurrentLayer(weights.memoryInput, weights.memoryState);
    this.#joined = new Float32Array(2 * hidden);
    this.#shape = new Float32Array(FRAMES_PER_STEP * CHANNEL_COUNT);
    this.#phone = new Float32Array(FRAMES_PER_STEP * weights.classes.length);
    this.#gestures = GESTURE_PHONES.map(({ slot, symbols }) => ({
      slot,
      classes: symbols.map((symbol) => weights.classes.indexOf(symbol)),
    }));
  }

  /** Emits the frames held back for look-ahead. */
  finish(): void {
    const stepCount = Math.ceil(this.#heardFrames / FRAMES_PER_STEP);
    for (let frame = this.#heardFrames; this.#steps < stepCount; frame++) {
      this.#shiftFeatures();
      this.#features.fill(0, (WINDOW_FRAMES - 1) * FEATURE_COUNT);
      this.#stepAfterFrame(frame);
    }
    if (stepCount > 0) {
      this.#readOut(this.#second.push(null));
      this.#emit(this.#third.push(null));
    }
  }

  /** Takes the next frame's mel power; returns its mean level (natural logarithm, relative to full scale). */
  hear(bandPower: Float32Array): number {
    this.#shiftFeatures();
    const level = this.#normaliser.write(bandPower, this.#features, (WINDOW_FRAMES - 1) * FEATURE_COUNT);
    this.#heardFrames += 1;
    this.#stepAfterFrame(this.#heardFrames - 1);
    return level;
  }

  #shiftFeatures(): void {
    this.#features.copyWithin(0, FEATURE_COUNT);
  }

  /** Runs the first layer when this frame is the last that a step sees. */
  #stepAfterFrame(frame: number): void {
    const firstFrame = frame - FRAMES_AFTER;
    if (firstFrame < 0 || firstFrame % FRAMES_PER_STEP !== 0) return;
    applyLayer(this.#weights.first, this.#features, this.#hidden);
    for (let index = 0; index < this.#hidden.length; index++) {
      this.#hidden[index] = Math.max(0, this.#hidden[index] as number);
    }
    this.#steps += 1;
    this.#readOut(this.#second.push(this.#hidden));
  }

  #readOut(convolved: Float32Array | null): void {
    if (convolved !== null) this.#emit(this.#third.push(convolved));
  }

  #emit(convolved: Float32Array | null): void {
    if (convolved === null) return;
    this.#memory.push(convolved);
    this.#joined.set(convolved);
    this.#joined.set(this.#memory.out, convolved.length);
    applyLayer(this.#weights.shape, this.#joined, this.#shape);
    applyLayer(this.#weights.phone, this.#joined, this.#phone);
    for (let half = 0; half < FRAMES_PER_STEP && this.#emittedFrames < this.#heardFrames; half++) {
      this.#believe(half);
      this.#emittedFrames += 1;
      this.#onBelief(this.#belief);
    }
  }

  #believe(half: number): void {
    for (let channel = 0; channel < CHANNEL_COUNT; channel++) {
      this.#belief[channel] = sigmoid(this.#shape[half * CHANNEL_COUNT + channel] as number);
    }
    const classCount = this.#weights.classes.length;
    const first = half * classCount;
    let highest = Number.NEGATIVE_INFINITY;
    for (let index = 0; index < classCount; index++) highest = Math.max(highest, this.#phone[first + index] as number);
    let sum = 0;
    for (let index = 0; index < classCount; index++) {
      const weight = Math.exp((this.#phone[first + index] as number) - highest);
      this.#phone[first + index] = weight;
      sum += weight;
    }
    for (const { slot, classes } of this.#gestures) {
      let share = 0;
      for (const index of classes) share += (this.#phone[first + index] as number) / sum;
      this.#belief[slot] = share;
    }
  }
}
