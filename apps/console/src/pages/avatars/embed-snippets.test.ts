import { describe, expect, it } from 'vitest';
import { elementSnippet, frameSnippet, type Place, reactSnippet, tokenSnippet } from './embed-snippets.ts';

const place: Place = {
  server: 'https://avatars.example',
  avatarId: '0123456789abcdef0123456789abcdef',
  label: 'Mia "the guide" & co <x>',
  pictureUrl: '/uploadFiles/mia.png',
};

describe('snippets to embed an avatar', () => {
  it('name this server and this avatar', () => {
    for (const make of [elementSnippet, frameSnippet, reactSnippet, tokenSnippet]) {
      const snippet = make(place);
      expect(snippet).toContain('https://avatars.example');
      expect(snippet).toContain(place.avatarId);
    }
  });

  it('hold no key: the page gets a token from its own server', () => {
    for (const make of [elementSnippet, reactSnippet]) expect(make(place)).toContain('token-url="/avatar-token"');
    expect(frameSnippet(place)).toContain('&amp;token=TOKEN"');
    expect(tokenSnippet(place)).toContain('process.env.VISAVIS_KEY');
  });

  it('keep a label within its attribute', () => {
    expect(elementSnippet(place)).toContain('label="Mia &quot;the guide&quot; &amp; co &lt;x>"');
    expect(frameSnippet(place)).toContain('title="Mia &quot;the guide&quot; &amp; co &lt;x>"');
    expect(reactSnippet(place)).toContain(String.raw`label={"Mia \"the guide\" & co <x>"}`);
  });

  it('let the frame use microphone, sound and camera', () => {
    expect(frameSnippet(place)).toContain('allow="microphone; autoplay; camera"');
  });

  it('leave the picture out where there is none', () => {
    const bare = { ...place, pictureUrl: null };
    for (const make of [elementSnippet, frameSnippet, reactSnippet]) expect(make(bare)).not.toContain('poster');
  });
});
