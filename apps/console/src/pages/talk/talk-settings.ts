import { useLocalStorage } from '@mantine/hooks';
import { useState } from 'react';

/** What a visitor has chosen. */
export type TalkSettings = {
  readonly avatarId: string | null;
  /** Empty: the avatar's own. */
  readonly voice: string;
  /** Empty: the avatar's own. */
  readonly prompt: string;
  readonly pushToTalk: boolean;
};

const initialSettings: TalkSettings = { avatarId: null, voice: '', prompt: '', pushToTalk: false };

/**
 * Kept in this browser for the avatars of the server; on a shared link they begin empty and are not kept, so that nothing that was
 * chosen for another avatar replaces what its owner set.
 */
export function useTalkSettings(isLink: boolean): readonly [TalkSettings, (change: Partial<TalkSettings>) => void] {
  const [ofLink, setOfLink] = useState(initialSettings);
  const [stored, setStored] = useLocalStorage<Partial<TalkSettings>>({
    key: 'visavis.talk',
    defaultValue: {},
    getInitialValueInEffect: false,
  });
  if (isLink) return [ofLink, (change) => setOfLink((current) => ({ ...current, ...change }))];
  const settings = { ...initialSettings, ...stored };
  return [settings, (change) => setStored((current) => ({ ...current, ...change }))];
}
