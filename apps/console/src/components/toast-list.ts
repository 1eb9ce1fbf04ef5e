/** A short notice in the corner of the screen, with what can be done about it. */
export type Toast = {
  readonly id: number;
  readonly text: string;
  readonly isProblem: boolean;
  readonly action: { readonly label: string; run(): void } | null;
};

type Wish = Pick<Toast, 'text'> & Partial<Pick<Toast, 'isProblem' | 'action'>>;

/** More would hide the page: the oldest goes first. */
const MOST_SHOWN = 4;

/** What rests on a notice while somebody reads it. */
export type Holder = 'pointer' | 'focus';

/** The notices that are shown, the newest last. How long each stays is up to whoever shows them. */
export class ToastList {
  #toasts: readonly Toast[] = [];
  readonly #holds = new Map<Holder, number>();
  #nextId = 1;
  readonly #listeners = new Set<() => void>();

  readonly subscribe = (listener: () => void): (() => void) => {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  };

  readonly current = (): readonly Toast[] => this.#toasts;

  readonly show = ({ text, isProblem = false, action = null }: Wish): void => {
    const toast = { id: this.#nextId, text, isProblem, action };
    this.#nextId += 1;
    this.#set([...this.#toasts, toast].slice(-MOST_SHOWN));
  };

  readonly close = (id: number): void => {
    this.#set(this.#toasts.filter((toast) => toast.id !== id));
  };

  /** Null: it rests on none. */
  readonly hold = (holder: Holder, id: number | null): void => {
    if (id === null) this.#holds.delete(holder);
    else this.#holds.set(holder, id);
    this.#set(this.#toasts);
  };

  /** Whether somebody is at a notice that is shown. One that goes lets go by itself: browsers tell nobody that it was left. */
  readonly isHeld = (): boolean => {
    const held = [...this.#holds.values()];
    return this.#toasts.some(({ id }) => held.includes(id));
  };

  /** Does what a notice offers, once: the notice is gone. */
  readonly act = (id: number): void => {
    const action = this.#toasts.find((toast) => toast.id === id)?.action;
    this.close(id);
    action?.run();
  };

  #set(toasts: readonly Toast[]): void {
    this.#toasts = toasts;
    for (const listener of this.#listeners) listener();
  }
}

export const toasts = new ToastList();
