import { Drawer, SegmentedControl, Select, Switch, Textarea, useMantineColorScheme } from '@mantine/core';
import type { TalkAvatar } from '../../api/talk-page.ts';
import { displayName } from './avatar-picture.tsx';
import classes from './settings-drawer.module.css';
import type { TalkSettings } from './talk-settings.ts';

type SettingsDrawerProps = {
  readonly opened: boolean;
  readonly onClose: () => void;
  readonly voices: readonly string[];
  readonly avatar: TalkAvatar;
  /** Whoever shared the avatar has given it its instructions. */
  readonly isLink: boolean;
  readonly settings: TalkSettings;
  readonly onChange: (change: Partial<TalkSettings>) => void;
};

export function SettingsDrawer(props: SettingsDrawerProps) {
  const { opened, onClose, voices, avatar, isLink, settings, onChange } = props;
  const { colorScheme, setColorScheme } = useMantineColorScheme();
  return (
    <Drawer
      opened={opened}
      onClose={onClose}
      position="right"
      size={400}
      title="Settings"
      classNames={{ title: classes.title ?? '' }}
      closeButtonProps={{ 'aria-label': 'Close settings' }}
    >
      <div className={classes.settings}>
        <Select
          label="Voice"
          description="In a call, it takes effect with the next answer."
          data={[
            { value: '', label: avatar.voice ? `${displayName(avatar)}’s own (${avatar.voice})` : 'The avatar’s own' },
            ...voices.map((voice) => ({ value: voice, label: voice })),
          ]}
          value={settings.voice}
          allowDeselect={false}
          onChange={(voice) => onChange({ voice: voice ?? '' })}
        />
        {!isLink && (
          <Textarea
            label="Instructions"
            description="What the avatar should know and how it should behave. Empty: its own."
            placeholder="You are the receptionist of a small hotel by the sea…"
            autosize
            minRows={5}
            maxRows={12}
            value={settings.prompt}
            onChange={(event) => onChange({ prompt: event.currentTarget.value })}
          />
        )}
        <Switch
          label="Push-to-talk"
          description="The microphone is open only while you hold the space bar or the button."
          checked={settings.pushToTalk}
          onChange={(event) => onChange({ pushToTalk: event.currentTarget.checked })}
        />
        <div>
          <p className={classes.label} id="appearance">
            Appearance
          </p>
          <SegmentedControl
            fullWidth
            aria-labelledby="appearance"
            data={[
              { value: 'auto', label: 'Automatic' },
              { value: 'light', label: 'Light' },
              { value: 'dark', label: 'Dark' },
            ]}
            value={colorScheme}
            onChange={(value) => setColorScheme(value === 'light' || value === 'dark' ? value : 'auto')}
          />
        </div>
      </div>
    </Drawer>
  );
}
