import { expect, it } from 'vitest';
import { ReducerShell } from './reducer-shell.ts';

/** Counts what comes; an effect names the input that it came from. */
function counting(perform: (effect: string, shell: ReducerShell<number, string, string>) => void, isOpen = true) {
  const performed: string[] = [];
  const seen: number[] = [];
  const shell: ReducerShell<number, string, string> = new ReducerShell(
    {
      state: 0,
      reduce: (state: number, input: string) => ({ state: state + 1, effects: [`${input}@${state}`] }),
      perform: (effect: string) => {
        performed.push(effect);
        perform(effect, shell);
      },
      stepped: (state: number) => seen.push(state),
    },
    isOpen,
  );
  return { shell, performed, seen };
}

it('lets an input that arises while effects run wait for its turn, and the outcome of an effect go first', () => {
  const { shell, performed, seen } = counting((effect, shell) => {
    if (effect !== 'a@0') return;
    shell.dispatch('later');
    shell.dispatchFirst('first');
    expect(shell.state).toBe(1);
  });
  shell.dispatch('a');
  expect(performed).toEqual(['a@0', 'first@1', 'later@2']);
  expect(seen).toEqual([1, 2, 3]);
});

it('keeps what comes before it opens, behind what it opens with', () => {
  const { shell, performed } = counting(() => {}, false);
  shell.dispatch('early');
  expect(performed).toEqual([]);
  shell.open('opened');
  expect(performed).toEqual(['opened@0', 'early@1']);
});

it('tells whoever brought an input that its effect failed, and goes on with the next', () => {
  const { shell, performed } = counting((effect) => {
    if (effect.startsWith('bad')) throw new Error('no');
  });
  expect(() => shell.dispatch('bad')).toThrow('no');
  shell.dispatch('good');
  expect(performed).toEqual(['bad@0', 'good@1']);
});
