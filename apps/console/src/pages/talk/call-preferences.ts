import { useLocalStorage } from '@mantine/hooks';

export type CaptionsWish = 'off' | 'normal' | 'large';

/** How somebody makes calls in this browser, with every avatar: their devices, their captions, their keys. */
export type CallPreferences = {
  /** Null: the browser's own choice. */
  readonly microphoneId: string | null;
  /** Null: the system's own. */
  readonly speakerId: string | null;
  readonly captions: CaptionsWish;
  /** Single keys do something in a call. */
  readonly hasShortcuts: boolean;
};

const initial: CallPreferences = { microphoneId: null, speakerId: null, captions: 'normal', hasShortcuts: true };

/** Kept in this browser; every place that asks sees a change at once. */
export function useCallPreferences(): readonly [CallPreferences, (change: Partial<CallPreferences>) => void] {
  const [stored, setStored] = useLocalStorage<Partial<CallPreferences>>({
    key: 'visavis.call',
    defaultValue: {},
    getInitialValueInEffect: false,
  });
  return [{ ...initial, ...stored }, (change) => setStored((current) => ({ ...current, ...change }))];
}
