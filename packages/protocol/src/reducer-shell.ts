/** What a step of a pure reducer leaves: the next state, and what is to be done, in this order. */
export type Step<State, Effect> = { readonly state: State; readonly effects: readonly Effect[] };

type ShellParts<State, Input, Effect> = {
  readonly state: State;
  readonly reduce: (state: State, input: Input) => Step<State, Effect>;
  readonly perform: (effect: Effect) => void;
  /** After each step, before its effects. */
  readonly stepped?: (state: State) => void;
};

/**
 * The shell round a pure reducer: one inbox, one step at a time. An input that arises while effects are performed waits its turn, so
 * that each step sees the state which the one before left. What a reducer or an effect throws reaches whoever brought the
 * input; the inputs that wait are kept.
 */
export class ReducerShell<State, Input, Effect> {
  readonly #parts: ShellParts<State, Input, Effect>;
  readonly #inbox: Input[] = [];
  #state: State;
  #isOpen: boolean;
  #isDraining = false;

  /** @param isOpen False: inputs wait until `open`. */
  constructor(parts: ShellParts<State, Input, Effect>, isOpen = true) {
    this.#parts = parts;
    this.#state = parts.state;
    this.#isOpen = isOpen;
  }

  get state(): State {
    return this.#state;
  }

  /** From now on inputs are taken: `first`, then those that waited. */
  open(first: Input): void {
    this.#isOpen = true;
    this.dispatchFirst(first);
  }

  dispatch(input: Input): void {
    this.#inbox.push(input);
    this.#drain();
  }

  /** What is known before anything that waits, such as the outcome of an effect. */
  dispatchFirst(input: Input): void {
    this.#inbox.unshift(input);
    this.#drain();
  }

  #drain(): void {
    if (this.#isDraining || !this.#isOpen) return;
    this.#isDraining = true;
    const { reduce, perform, stepped } = this.#parts;
    try {
      for (let next = this.#inbox.shift(); next !== undefined; next = this.#inbox.shift()) {
        const { state, effects } = reduce(this.#state, next);
        this.#state = state;
        stepped?.(state);
        for (const effect of effects) perform(effect);
      }
    } finally {
      this.#isDraining = false;
    }
  }
}
