import { afterEach, describe, expect, it, vi } from 'vitest';
import { fetchOffer, LinkEnded, readTalkLink } from './talk-link.ts';

const avatarId = '0123456789abcdef0123456789abcdef';
const token = `vt_${'a'.repeat(43)}`;
const signal = new AbortController().signal;

afterEach(() => vi.unstubAllGlobals());

describe('shared links', () => {
  it('name one avatar and bring a token behind the #, and nothing else is a link', () => {
    const read = (address: string) => readTalkLink(new URL(address, 'http://localhost'));
    expect(read(`/talk/${avatarId}#${token}`)).toEqual({ avatarId, token });
    for (const address of [
      `/talk/${avatarId}`,
      `/talk/Iris#${token}`,
      `/#${token}`,
      `/talk/${avatarId}#sk_navtalk_${'a'.repeat(32)}`,
      `/talk/${avatarId}#${token}"><script>`,
    ]) {
      expect([address, read(address)]).toEqual([address, null]);
    }
  });

  it('offer their avatar alone, and say that they have ended', async () => {
    const sent: { address: string; method?: string; license?: string }[] = [];
    let status = 200;
    vi.stubGlobal('fetch', async (address: string, init?: { method?: string; headers?: { license?: string } }) => {
      sent.push({ address, ...init, ...init?.headers });
      if (address === '/api/v1/talk-page') return Response.json({ demoLicense: null, avatars: [{ name: 'Other' }] });
      const data = { name: 'Nora', description: '', posterUrl: '/uploadFiles/n.webp', face: null };
      return Response.json({ data: status === 200 ? data : null }, { status });
    });
    const offer = await fetchOffer({ avatarId, token }, signal);
    expect(offer.demoLicense).toBe(token);
    expect(offer.avatars).toEqual([
      expect.objectContaining({ avatarId, name: 'Nora', thumbnailUrl: '/uploadFiles/n.webp' }),
    ]);
    // A browser says of which page it is only by methods other than GET, and the token asks for that.
    expect(sent.find(({ license }) => license === token)?.method).toBe('POST');
    expect(sent.some(({ address }) => address.includes(token))).toBe(false);
    for (status of [401, 404]) await expect(fetchOffer({ avatarId, token }, signal)).rejects.toThrow(LinkEnded);
    status = 503;
    await expect(fetchOffer({ avatarId, token }, signal)).rejects.toThrow('503');
  });
});
