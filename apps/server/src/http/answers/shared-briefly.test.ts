import { describe, expect, it } from 'vitest';
import { sharedBriefly } from './shared-briefly.ts';

describe('what is shared briefly', () => {
  it('is loaded once for all who ask at about the same time, and again later', async () => {
    let [nowMs, loads] = [0, 0];
    const load = async (key: string) => {
      loads += 1;
      return `${key}${loads}`;
    };
    const get = sharedBriefly(load, 1000, () => nowMs);
    expect(await Promise.all([get('a'), get('a')])).toEqual(['a1', 'a1']);
    nowMs = 999;
    expect(await get('a')).toBe('a1');
    nowMs = 1000;
    expect(await get('a')).toBe('a2');
    expect(await get('b')).toBe('b3');
  });

  it('is not kept when it failed', async () => {
    let loads = 0;
    const get = sharedBriefly(async () => {
      loads += 1;
      if (loads === 1) throw new Error('no');
      return loads;
    }, 1000);
    await expect(get('a')).rejects.toThrow('no');
    expect(await get('a')).toBe(2);
  });
});
