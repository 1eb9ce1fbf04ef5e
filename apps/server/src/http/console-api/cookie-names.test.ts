import { describe, expect, it } from 'vitest';
import { fromIncomingCookies, toOutgoingCookie } from './cookie-names.ts';

const SESSION = 'visavis.session_token=a.b; Max-Age=60; Path=/; HttpOnly; SameSite=Lax';
const DEVICE = 'visavis.device=c; Max-Age=60; Path=/; HttpOnly; SameSite=Strict';

describe('cookies over TLS', () => {
  it('go out under names that no other host and no plain page can set', () => {
    expect(toOutgoingCookie(SESSION, true)).toBe(`__Host-${SESSION}; Secure`);
    expect(toOutgoingCookie(DEVICE, true)).toBe(`__Host-${DEVICE}; Secure`);
    expect(toOutgoingCookie(`${SESSION}; Secure`, true)).toBe(`__Host-${SESSION}; Secure`);
  });

  it('come in under these names alone: one that somebody else planted is not looked at', () => {
    const header =
      'theme=dark; __Host-visavis.session_token=a.b; visavis.session_token=planted; __Host-visavis.device=c';
    expect(fromIncomingCookies(header, true)).toBe('theme=dark; visavis.session_token=a.b; visavis.device=c');
    expect(fromIncomingCookies('visavis.session_token=planted', true)).toBeUndefined();
    expect(fromIncomingCookies('__Host-visavis.session_token=a.b', true)).toBe('visavis.session_token=a.b');
    expect(fromIncomingCookies(undefined, true)).toBeUndefined();
  });
});

describe('cookies without TLS', () => {
  it('stay as they are: a browser takes no prefix there', () => {
    expect(toOutgoingCookie(SESSION, false)).toBe(SESSION);
    expect(fromIncomingCookies('visavis.session_token=a.b', false)).toBe('visavis.session_token=a.b');
  });
});
