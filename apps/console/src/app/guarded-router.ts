/** What the router needs of a browser's window. */
export type RouterWindow = {
  readonly location: { readonly pathname: string };
  readonly history: Pick<History, 'state' | 'pushState' | 'replaceState' | 'go'>;
  scrollTo(x: number, y: number): void;
  addEventListener(type: 'popstate', listener: () => void): void;
  addEventListener(type: 'beforeunload', listener: (event: { preventDefault(): void }) => void): void;
};

type NavigateOptions = {
  /** Without a step to come back to. */
  readonly replace?: boolean;
  /** Does not ask for what is unsaved. */
  readonly anyway?: boolean;
};

/**
 * Which page is shown. While something is unsaved nothing leads away from it unasked: links, the browser's own buttons,
 * and the end of the page.
 */
export class GuardedRouter {
  readonly #window: RouterWindow;
  readonly #listeners = new Set<() => void>();
  readonly #unsaved = new Set<symbol>();
  #path: string;
  /** How many steps of the history lie before the shown page, as the router counts them. */
  #step: number;
  /** What was asked for and waits for the person's word. */
  #waiting: (() => void) | null = null;
  /** What the next step through the history is: the router's own, or a person's. */
  #expected: 'none' | 'return' | 'allowed' = 'none';

  constructor(window: RouterWindow) {
    this.#window = window;
    this.#path = window.location.pathname;
    this.#step = stepOf(window.history.state) ?? 0;
    window.history.replaceState({ step: this.#step }, '');
    window.addEventListener('popstate', () => this.#onStep());
    window.addEventListener('beforeunload', (event) => {
      if (this.#unsaved.size > 0) event.preventDefault();
    });
  }

  /** Path of the page that is shown, without the query. */
  get path(): string {
    return this.#path;
  }

  /** Whether a person is being asked what to do with what is unsaved. */
  get isAsking(): boolean {
    return this.#waiting !== null;
  }

  readonly subscribe = (listener: () => void): (() => void) => {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  };

  /** Goes to an address of the console without loading the page anew. */
  readonly navigate = (path: string, { replace = false, anyway = false }: NavigateOptions = {}): void => {
    const go = () => {
      if (!replace) this.#step += 1;
      const state = { step: this.#step };
      if (replace) this.#window.history.replaceState(state, '', path);
      else this.#window.history.pushState(state, '', path);
      this.#window.scrollTo(0, 0);
      this.#arrive();
    };
    if (anyway) go();
    else this.leave(go);
  };

  /** Does at once what would lose something unsaved, when there is nothing; else asks first. */
  readonly leave = (action: () => void): void => {
    if (this.#unsaved.size === 0) action();
    else this.ask(action);
  };

  /** Asks whether to lose what is unsaved; `action` when so. */
  readonly ask = (action: () => void): void => {
    this.#waiting = action;
    this.#tell();
  };

  readonly answer = (isToBeLost: boolean): void => {
    const action = this.#waiting;
    this.#waiting = null;
    this.#tell();
    if (isToBeLost) action?.();
  };

  /** From now on there is something unsaved, until what it gives is called. */
  readonly keep = (): (() => void) => {
    const token = Symbol('unsaved');
    this.#unsaved.add(token);
    return () => this.#unsaved.delete(token);
  };

  #onStep(): void {
    const expected = this.#expected;
    this.#expected = 'none';
    if (expected === 'return') return;
    const { history } = this.#window;
    const step = stepOf(history.state);
    // A jump inside the page made this step.
    if (step === null) {
      this.#step += 1;
      history.replaceState({ step: this.#step }, '');
      return;
    }
    const distance = step - this.#step;
    if (this.#unsaved.size > 0 && distance !== 0 && expected !== 'allowed') {
      this.#expected = 'return';
      history.go(-distance);
      this.ask(() => {
        this.#expected = 'allowed';
        history.go(distance);
      });
      return;
    }
    this.#step = step;
    this.#arrive();
  }

  #arrive(): void {
    this.#path = this.#window.location.pathname;
    this.#tell();
  }

  #tell(): void {
    for (const listener of this.#listeners) listener();
  }
}

function stepOf(state: unknown): number | null {
  const step = typeof state === 'object' && state !== null && 'step' in state ? state.step : null;
  return typeof step === 'number' ? step : null;
}
