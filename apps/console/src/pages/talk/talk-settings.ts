import { useLocalStorage } from '@mantine/hooks';

/** What a visitor has chosen, kept in this browser. */
export type TalkSettings = {
  readonly avatarId: string | null;
  /** Empty: the avatar's own. */
  readonly voice: string;
  /** Empty: the avatar's own. */
  readonly prompt: string;
  readonly pushToTalk: boolean;
};

const initialSettings: TalkSettings = { avatarId: null, voice: '', prompt: '', pushToTalk: false };

export function useTalkSettings(): readonly [TalkSettings, (change: Partial<TalkSettings>) => void] {
  const [stored, setStored] = useLocalStorage<Partial<TalkSettings>>({
    key: 'visavis.talk',
    defaultValue: {},
    getInitialValueInEffect: false,
  });
  const settings = { ...initialSettings, ...stored };
  return [settings, (change) => setStored((current) => ({ ...current, ...change }))];
}
