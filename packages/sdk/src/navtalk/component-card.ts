import { fetchCard } from '../element/avatar-card.ts';
import { cardAddress, type ReadAttribute } from './component-attributes.ts';

/** Address of the avatar's picture before a call; '' where nobody tells one. Rejects when the address of the page's own does not answer. */
export async function fetchPicture(read: ReadAttribute, server: string, signal: AbortSignal): Promise<string> {
  const address = cardAddress(read);
  if (address === null) throw new Error('getInfoUrlByCharacterName or getInfoUrlByCharacterId is no http(s) address.');
  if (address === '') {
    const avatar = read('character-id') || read('character-name');
    const card = await fetchCard({ avatar, license: read('license'), server }, signal);
    return typeof card === 'string' ? '' : card.posterUrl;
  }
  const response = await fetch(address, { signal, credentials: 'omit' });
  if (!response.ok) throw new Error(`${new URL(address).host} answered ${response.status}.`);
  const body = (await response.json()) as { data?: { thumbnailUrl?: unknown } | null } | null;
  const picture = body?.data?.thumbnailUrl;
  return typeof picture === 'string' ? new URL(picture, address).href : '';
}
