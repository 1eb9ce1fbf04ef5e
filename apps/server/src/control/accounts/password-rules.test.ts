import { describe, expect, it } from 'vitest';
import { requireUnguessed } from './password-rules.ts';

const MIA = { email: 'mia.oberland@alpenblick.example', name: 'Mia Oberland' };
const tryOut = (password: string) => () => requireUnguessed(password, MIA, 'password');

describe('a password that anybody would try', () => {
  it.each([
    'password123',
    'Passw0rd1234',
    '1234567890',
    '0987654321',
    'qwertyuiop',
    '1q2w3e4r5t',
    'qwerty123456',
    '1qaz2wsx3edc',
    'aaaaaaaaaaaa',
    'abcabcabcabc',
    'abcdefghijklm',
    'iloveyou2024',
    'Sunshine!!!',
    'michael1990',
    'dragonmonkey',
    'zaq12wsxcde3',
  ])('%s is refused: leaked by the million', (password) => {
    expect(tryOut(password)).toThrow(/first that anybody would try/);
  });

  it.each(['Visavis2026', 'navtalk-avatar', 'visavis.operator', 'V1s4v1s!2345'])(
    '%s is refused: of this product',
    (password) => {
      expect(tryOut(password)).toThrow();
    },
  );

  it.each([
    'MiaOberland1',
    'ＭｉａＯｂｅｒｌａｎｄ１',
    'ｏｂｅｒｌａｎｄ１９８５',
    'oberland1985',
    'alpenblick12',
    'mia.alpenblick',
  ])('%s is refused: of its owner', (password) => {
    expect(tryOut(password)).toThrow();
    expect(() => requireUnguessed(password, { email: 'leo@example.org', name: 'Leo' }, 'password')).not.toThrow();
  });
});

describe('a good password', () => {
  it.each([
    'correct horse battery',
    'a long enough password',
    'set by the operator',
    'tH7kq-20xWz',
    '长密码不容易被猜到的呢',
    'müllheizkraftwerk',
    '1234567890 and then some',
    'iloveyou but not so much',
    '        spaces are characters        ',
  ])('%s is taken, of whatever it is made', (password) => {
    expect(tryOut(password)).not.toThrow();
  });
});
