import { expect, it } from 'vitest';
import { type CallPreferences, switchedCaptions, withChange } from './call-preferences.ts';

const first: CallPreferences = {
  microphoneId: null,
  speakerId: null,
  cameraId: null,
  hasShortcuts: true,
  captions: 'normal',
  captionsSize: 'normal',
};
const switched = (preferences: CallPreferences) => withChange(preferences, { captions: switchedCaptions(preferences) });

it('captions that are switched off come back as large as they were', () => {
  for (const size of ['normal', 'large'] as const) {
    const chosen = withChange(first, { captions: size });
    expect(switched(chosen).captions).toBe('off');
    expect(switched(switched(chosen)).captions).toBe(size);
    expect(switched(withChange(chosen, { captions: 'off' })).captions).toBe(size);
  }
});

it('captions that an earlier version kept as large come back so', () => {
  expect(switched(switched({ ...first, captions: 'large' })).captions).toBe('large');
});

it('another choice leaves the captions as they are', () => {
  expect(withChange(first, { microphoneId: 'm1' })).toEqual({ ...first, microphoneId: 'm1' });
});
