import { useLocalStorage } from '@mantine/hooks';

export type CaptionsWish = 'off' | 'normal' | 'large';

/** How somebody makes calls in this browser, with every avatar: their devices, their captions, their keys. */
export type CallPreferences = {
  /** Null: the browser's own choice. */
  readonly microphoneId: string | null;
  /** Null: the system's own. */
  readonly speakerId: string | null;
  /** Null: the browser's own choice. */
  readonly cameraId: string | null;
  readonly captions: CaptionsWish;
  /** How large they are once they are switched on again. */
  readonly captionsSize: Exclude<CaptionsWish, 'off'>;
  /** Single keys do something in a call. */
  readonly hasShortcuts: boolean;
};

const initial: CallPreferences = {
  microphoneId: null,
  speakerId: null,
  cameraId: null,
  captions: 'normal',
  captionsSize: 'normal',
  hasShortcuts: true,
};

/** Captions off and on again are as large as they were. */
export function withChange(preferences: CallPreferences, change: Partial<CallPreferences>): CallPreferences {
  const size = [change.captions, preferences.captions].find((wish) => wish !== undefined && wish !== 'off');
  return { ...preferences, captionsSize: size ?? preferences.captionsSize, ...change };
}

export function switchedCaptions({ captions, captionsSize }: CallPreferences): CaptionsWish {
  return captions === 'off' ? captionsSize : 'off';
}

/** Kept in this browser; every place that asks sees a change at once. */
export function useCallPreferences(): readonly [CallPreferences, (change: Partial<CallPreferences>) => void] {
  const [stored, setStored] = useLocalStorage<Partial<CallPreferences>>({
    key: 'visavis.call',
    defaultValue: {},
    getInitialValueInEffect: false,
  });
  return [
    { ...initial, ...stored },
    (change) => setStored((current) => withChange({ ...initial, ...current }, change)),
  ];
}
