type Beginning<Loaded> = {
  /** Null while it is not loaded: what is at hand begins at once. */
  readonly loaded: Loaded | null;
  readonly load: () => Promise<Loaded>;
  readonly begin: (loaded: Loaded) => void;
  readonly onFailure: (failure: unknown) => void;
};

/** What begins once something is loaded: only what was asked for last, and nothing that was taken back meanwhile. */
export class LatestStart<Loaded> {
  #turn = 0;

  /** Whether it has begun by now; else it begins, or fails, later. */
  start({ loaded, load, begin, onFailure }: Beginning<Loaded>): boolean {
    this.#turn += 1;
    const turn = this.#turn;
    if (loaded !== null) {
      begin(loaded);
      return true;
    }
    const ifWanted =
      <Value>(act: (value: Value) => void) =>
      (value: Value) => {
        if (turn === this.#turn) act(value);
      };
    load().then(ifWanted(begin), ifWanted(onFailure));
    return false;
  }

  /** What has not begun never will. */
  cancel(): void {
    this.#turn += 1;
  }
}
