import { beforeEach, describe, expect, it } from 'vitest';
import { GuardedRouter } from './guarded-router.ts';

/** A window with a history of its own, whose steps happen at once. */
class WindowStandIn {
  readonly #entries: { state: unknown; path: string }[] = [{ state: null, path: '/console' }];
  #index = 0;
  #onPop: () => void = () => undefined;
  #onUnload: (event: { preventDefault(): void }) => void = () => undefined;
  readonly location = Object.defineProperty({ pathname: '' }, 'pathname', { get: () => this.#entry.path });
  readonly history = {
    state: null as unknown,
    pushState: (state: unknown, _unused: string, path: string) => {
      this.#entries.splice(this.#index + 1, Number.POSITIVE_INFINITY, { state, path });
      this.#index += 1;
      this.history.state = state;
    },
    replaceState: (state: unknown, _unused: string, path?: string) => {
      Object.assign(this.#entry, { state, path: path ?? this.#entry.path });
      this.history.state = state;
    },
    go: (distance: number) => {
      this.#index += distance;
      this.history.state = this.#entry.state;
      this.#onPop();
    },
  };

  get #entry() {
    return this.#entries[this.#index] ?? expect.unreachable();
  }

  get isAskedAtTheEnd(): boolean {
    let asked = false;
    this.#onUnload({
      preventDefault: () => {
        asked = true;
      },
    });
    return asked;
  }

  scrollTo() {}

  addEventListener(type: string, listener: (event: { preventDefault(): void }) => void) {
    if (type === 'beforeunload') this.#onUnload = listener;
    else this.#onPop = () => listener({ preventDefault: () => undefined });
  }
}

describe('router', () => {
  let window: WindowStandIn;
  let router: GuardedRouter;

  beforeEach(() => {
    window = new WindowStandIn();
    router = new GuardedRouter(window);
    router.navigate('/console/a');
    router.navigate('/console/b');
  });

  it('goes at once where nothing is unsaved', () => {
    expect([router.path, router.isAsking, window.isAskedAtTheEnd]).toEqual(['/console/b', false, false]);
    window.history.go(-1);
    expect([router.path, window.location.pathname]).toEqual(['/console/a', '/console/a']);
  });

  it('asks before it leaves what is unsaved, and stays unless told to go', () => {
    router.keep();
    router.navigate('/console/c');
    expect([router.path, router.isAsking, window.isAskedAtTheEnd]).toEqual(['/console/b', true, true]);
    router.answer(false);
    expect([router.path, router.isAsking]).toEqual(['/console/b', false]);
    router.navigate('/console/c');
    router.answer(true);
    expect(router.path).toBe('/console/c');
  });

  it('asks at the browser’s own buttons, too, with the address as it was', () => {
    router.keep();
    window.history.go(-1);
    expect([router.path, window.location.pathname, router.isAsking]).toEqual(['/console/b', '/console/b', true]);
    router.answer(true);
    expect([router.path, window.location.pathname]).toEqual(['/console/a', '/console/a']);
    window.history.go(1);
    expect([router.path, window.location.pathname, router.isAsking]).toEqual(['/console/a', '/console/a', true]);
  });

  it('asks no more once it is saved, and not after what makes it moot', () => {
    const release = router.keep();
    router.navigate('/console/c', { anyway: true });
    expect([router.path, router.isAsking]).toEqual(['/console/c', false]);
    release();
    router.navigate('/console/d');
    expect([router.path, window.isAskedAtTheEnd]).toEqual(['/console/d', false]);
  });
});
