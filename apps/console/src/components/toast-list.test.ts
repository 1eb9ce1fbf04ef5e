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
});
