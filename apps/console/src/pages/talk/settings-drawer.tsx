import { Drawer, SegmentedControl, Select, Switch, Textarea, useMantineColorScheme } from '@mantine/core';
import { LIMITS, shownName } from '@visavis/protocol';
import type { VisavisCall } from '@visavis/sdk';
import type { TalkAvatar, TalkPageData } from '../../api/talk-page.ts';
import { LanguageSwitch } from '../../components/language-switch.tsx';
import { voiceLabel } from '../../components/voice-words.ts';
import { useLanguage } from '../../i18n/language-choice.tsx';
import { useTalkTexts } from '../../i18n/talk-texts.ts';
import { CaptionsChoice } from './captions-choice.tsx';
import { DeviceSection } from './device-section.tsx';
import classes from './settings-drawer.module.css';
import type { TalkSettings } from './talk-settings.ts';

type SettingsDrawerProps = {
  readonly opened: boolean;
  readonly onClose: () => void;
  readonly voices: TalkPageData['voices'];
  readonly avatar: TalkAvatar;
  /** Whoever shared the avatar has given it its instructions. */
  readonly isLink: boolean;
  readonly settings: TalkSettings;
  readonly onChange: (change: Partial<TalkSettings>) => void;
  /** Null before a call. */
  readonly call: VisavisCall | null;
};

export function SettingsDrawer(props: SettingsDrawerProps) {
  const { settings: texts, voices: words } = useTalkTexts();
  const { language } = useLanguage();
  const { opened, onClose, voices, avatar, isLink, settings, onChange, call } = props;
  const { colorScheme, setColorScheme } = useMantineColorScheme();
  const speaker = avatar.speaker?.name ?? avatar.voice;
  const { voices: offered = [] } =
    voices.find(({ provider }) => provider === avatar.speaker?.provider) ?? voices[0] ?? {};
  return (
    <Drawer
      opened={opened}
      onClose={onClose}
      position="right"
      size={400}
      title={texts.title}
      classNames={{ title: classes.title ?? '' }}
      closeButtonProps={{ 'aria-label': texts.close }}
    >
      <div className={classes.settings}>
        <DeviceSection call={call} sees={avatar.sees === true} />
        <CaptionsChoice />
        <Select
          label={texts.voice}
          description={texts.voiceHint}
          data={[
            { value: '', label: speaker ? texts.ownVoiceOf(shownName(avatar.name), speaker) : texts.ownVoice },
            ...offered.map((described) => ({
              value: described.voice,
              label: voiceLabel(described, described.voice, words, language),
            })),
          ]}
          value={settings.voice}
          allowDeselect={false}
          onChange={(voice) => onChange({ voice: voice ?? '' })}
        />
        {!isLink && (
          <Textarea
            label={texts.prompt}
            description={texts.promptHint}
            placeholder={texts.promptExample}
            autosize
            minRows={5}
            maxRows={12}
            maxLength={LIMITS.characters.prompt}
            value={settings.prompt}
            onChange={(event) => onChange({ prompt: event.currentTarget.value })}
          />
        )}
        <Switch
          label={texts.pushToTalk}
          description={texts.pushToTalkHint}
          checked={settings.pushToTalk}
          onChange={(event) => onChange({ pushToTalk: event.currentTarget.checked })}
        />
        <LanguageSwitch label={texts.language} />
        <div>
          <p className={classes.label} id="appearance">
            {texts.appearance}
          </p>
          <SegmentedControl
            fullWidth
            aria-labelledby="appearance"
            data={[
              { value: 'auto', label: texts.themes.auto },
              { value: 'light', label: texts.themes.light },
              { value: 'dark', label: texts.themes.dark },
            ]}
            value={colorScheme}
            onChange={(value) => setColorScheme(value === 'light' || value === 'dark' ? value : 'auto')}
          />
        </div>
      </div>
    </Drawer>
  );
}
