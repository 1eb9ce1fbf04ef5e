import { expect, test } from 'vitest';
import { bodyText } from './body-text.ts';

test('a whole body of JSON is set out in lines; one that was cut, or is none, stays as it is', () => {
  const body = '{"event":"test","message":"<b>"}';
  expect(bodyText(body, body.length)).toBe('{\n  "event": "test",\n  "message": "<b>"\n}');
  expect(bodyText('{"event":"te', 32)).toBe('{"event":"te');
  expect(bodyText('12', 3)).toBe('12');
  expect(bodyText('<html>', 6)).toBe('<html>');
});
