import { SegmentedControl } from '@mantine/core';
import { useTalkTexts } from '../../i18n/talk-texts.ts';
import { type CaptionsWish, useCallPreferences } from './call-preferences.ts';
import classes from './settings-drawer.module.css';

const wishes = ['off', 'normal', 'large'] as const;

/** Captions on, off and larger. */
export function CaptionsChoice() {
  const texts = useTalkTexts().settings;
  const [{ captions }, change] = useCallPreferences();
  return (
    <div>
      <p className={classes.label} id="captions-choice">
        {texts.captions}
      </p>
      <SegmentedControl<CaptionsWish>
        fullWidth
        aria-labelledby="captions-choice"
        data={wishes.map((value) => ({ value, label: texts.captionSizes[value] }))}
        value={captions}
        onChange={(wish) => change({ captions: wish })}
      />
    </div>
  );
}
