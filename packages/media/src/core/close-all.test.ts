import { expect, it, vi } from 'vitest';
import { closeAll } from './close-all.ts';

it('closes what comes after a part that cannot be closed, and then says so', () => {
  const last = { close: vi.fn() };
  const full = {
    close() {
      throw new Error('The disk is full.');
    },
  };
  expect(() => closeAll(null, full, last)).toThrow('The disk is full.');
  expect(last.close).toHaveBeenCalledTimes(1);
});

it('tells all that went wrong', () => {
  const failing = (message: string) => ({
    close() {
      throw new Error(message);
    },
  });
  expect(() => closeAll(failing('The disk is full.'), failing('The encoder is gone.'))).toThrow(
    'The disk is full.; The encoder is gone.',
  );
});
