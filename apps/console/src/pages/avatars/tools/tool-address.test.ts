import { expect, test } from 'vitest';
import { addressOf, isAddress, withAddress } from './tool-address.ts';
import { faultOfTools } from './tool-faults.ts';

const tool = { name: 'weather', description: 'Tells it.', parameters: { type: 'object', properties: {} } };

test('a tool is answered by the page until it has an address, and again once that is taken away', () => {
  expect(addressOf(tool)).toBeNull();
  const asked = withAddress(tool, {});
  expect(addressOf(asked)).toEqual({ url: '', method: 'POST', timeoutMs: 10_000 });
  const whole = withAddress(asked, { url: 'https://tools.example/weather', method: 'GET' });
  expect(whole).toEqual({ ...tool, webhook: { url: 'https://tools.example/weather', method: 'GET' } });
  expect(withAddress(whole, null)).toEqual(tool);
});

test('an address that the server would not take is told before it is saved', () => {
  expect(['https://a.example', 'http://a.example/x?y=1'].every(isAddress)).toBe(true);
  expect(['', 'a.example', 'ftp://a.example', 'javascript:alert(1)'].some(isAddress)).toBe(false);
  const withUrl = (url: unknown) => JSON.stringify([{ ...tool, webhook: { url } }]);
  expect(faultOfTools(withUrl('tools'))).toEqual({ kind: 'no-address', tool: 0, name: 'weather' });
  expect(faultOfTools(withUrl(5))).toMatchObject({ kind: 'no-address' });
  expect(faultOfTools(withUrl('https://tools.example'))).toBeNull();
});
