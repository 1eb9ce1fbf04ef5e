import { afterEach, expect, it, vi } from 'vitest';
import { firstLicense, firstToken } from './fetch-token.ts';
import { configOfAttribute, tellLostValues } from './given-config.ts';

afterEach(() => {
  vi.useRealTimers();
  vi.unstubAllGlobals();
  vi.restoreAllMocks();
});

function element(attributes: Readonly<Record<string, string>>, properties: object = {}) {
  const getAttribute = (name: string) => attributes[name] ?? null;
  const config = configOfAttribute(getAttribute('config')) ?? {};
  return { config, onToolCall: undefined, getToken: undefined, ...properties, getAttribute };
}

it('reads a configuration that is written as an attribute, and nothing else', () => {
  expect(configOfAttribute('{"prompt":"Be kind."}')).toEqual({ prompt: 'Be kind.' });
  for (const text of [null, '', '[object Object]', '[1]', '"x"', 'null']) expect(configOfAttribute(text)).toBeNull();
});

it('tells of values that a framework wrote as text, and of none that came', () => {
  expect(tellLostValues(element({ config: '[object Object]' }))).toMatch(/^config came as an attribute/);
  const both = element({ ontoolcall: '() => 1', gettoken: 'async () => {}' });
  expect(tellLostValues(both)).toMatch(/^onToolCall and getToken .*element\.onToolCall =/);
  expect(tellLostValues(element({ config: '{"prompt":"x"}' }))).toBeNull();
  expect(tellLostValues(element({ config: '[object Object]' }, { config: { prompt: 'x' } }))).toBeNull();
  expect(tellLostValues(element({ avatar: 'navtalk.Iris' }))).toBeNull();
});

it('gives a page that never gives its token up', async () => {
  vi.useFakeTimers();
  const silent = firstToken(() => new Promise<string>(() => {})).catch((error: Error) => error.message);
  await vi.advanceTimersByTimeAsync(15_000);
  expect(await silent).toBe('getToken() did not answer in time.');
  expect(await firstToken(() => ' vt_1 ')).toBe('vt_1');
  await expect(firstToken(undefined)).rejects.toThrow('gave no token');
  expect(vi.getTimerCount()).toBe(0);
});

it('tells which site gives its token too late, and takes a token without the space around it', async () => {
  vi.useFakeTimers();
  vi.spyOn(AbortSignal, 'timeout').mockImplementation((limitMs) => {
    const late = new AbortController();
    setTimeout(() => late.abort(), limitMs);
    return late.signal;
  });
  vi.stubGlobal('fetch', (_url: string, { signal }: { readonly signal: AbortSignal }) => {
    return new Promise((_resolve, reject) => signal.addEventListener('abort', () => reject(signal.reason)));
  });
  const tokenUrl = 'https://shop.example/token';
  const silent = firstLicense({ license: '', tokenUrl }, undefined).catch((error: Error) => error.message);
  await vi.advanceTimersByTimeAsync(15_000);
  expect(await silent).toBe('https://shop.example/token did not answer in time.');

  vi.stubGlobal('fetch', async () => Response.json({ token: ' vt_1 ' }));
  expect(await firstLicense({ license: '', tokenUrl }, undefined)).toBe('vt_1');
  expect(await firstLicense({ license: 'vt_2', tokenUrl }, undefined)).toBe('vt_2');
  expect(await firstLicense({ license: '', tokenUrl: '' }, () => 'vt_3')).toBe('vt_3');
});
