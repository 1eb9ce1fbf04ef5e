import { describe, expect, it } from 'vitest';
import { entryScriptOf } from './build.ts';
import { isWorthReloading } from './part.ts';

describe('a part that cannot be loaded', () => {
  it('is worth loading the page anew when another build is served, and once only', () => {
    expect(isWorthReloading('/assets/index-b.js', '/assets/index-a.js', null)).toBe(true);
    expect(isWorthReloading('/assets/index-b.js', '/assets/index-a.js', '/assets/index-b.js')).toBe(false);
    expect(isWorthReloading('/assets/index-c.js', '/assets/index-a.js', '/assets/index-b.js')).toBe(true);
  });

  it('is none when the same build is served, or nothing answers', () => {
    expect(isWorthReloading('/assets/index-a.js', '/assets/index-a.js', null)).toBe(false);
    expect(isWorthReloading(null, '/assets/index-a.js', null)).toBe(false);
  });

  it('knows a build by the first script of its page', () => {
    const page = '<head><script type="module" crossorigin src="/assets/index-D3x.js"></script></head>';
    expect(entryScriptOf(page)).toBe('/assets/index-D3x.js');
    expect(entryScriptOf('<p>The server is starting.</p>')).toBeNull();
  });
});
