import { describe, expect, it, vi } from 'vitest';
import { ToastList } from './toast-list.ts';

describe('notices', () => {
  it('are shown in their order, and the oldest makes room', () => {
    const list = new ToastList();
    for (const text of ['a', 'b', 'c', 'd', 'e']) list.show({ text });
    expect(list.current().map(({ text }) => text)).toEqual(['b', 'c', 'd', 'e']);
  });

  it('do what they offer once, and are gone by then', () => {
    const list = new ToastList();
    const run = vi.fn(() => expect(list.current()).toEqual([]));
    list.show({ text: 'Nora is in the bin.', action: { label: 'Undo', run } });
    const id = list.current()[0]?.id ?? expect.unreachable();
    list.act(id);
    list.act(id);
    expect(run).toHaveBeenCalledTimes(1);
  });

  it('tell who shows them of every change, until nobody listens', () => {
    const list = new ToastList();
    const listener = vi.fn();
    const stop = list.subscribe(listener);
    list.show({ text: 'a' });
    list.close(list.current()[0]?.id ?? expect.unreachable());
    stop();
    list.show({ text: 'b' });
    expect(listener).toHaveBeenCalledTimes(2);
  });

  it('are held while somebody is at one of them, and let go with the one that goes', () => {
    const list = new ToastList();
    for (const text of ['a', 'b']) list.show({ text });
    const [first, second] = list.current().map(({ id }) => id);
    if (first === undefined || second === undefined) return expect.unreachable();
    list.hold('pointer', first);
    list.hold('focus', second);
    list.hold('focus', null);
    expect(list.isHeld()).toBe(true);
    // By its own button, under the pointer: the pointer leaves nothing.
    list.close(first);
    expect(list.isHeld()).toBe(false);
    list.hold('focus', second);
    list.act(second);
    list.show({ text: 'c' });
    expect(list.isHeld()).toBe(false);
  });
});
