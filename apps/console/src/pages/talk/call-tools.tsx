import { ActionIcon, Drawer, Tooltip } from '@mantine/core';
import type { CallSnapshot, VisavisCall } from '@visavis/sdk';
import { useState } from 'react';
import { KeyboardIcon, SettingsIcon } from '../../components/icons.tsx';
import { useTalkTexts } from '../../i18n/talk-texts.ts';
import { CallQuality } from './call-quality.tsx';
import classes from './call-tools.module.css';
import { CaptionsChoice } from './captions-choice.tsx';
import { DeviceSection } from './device-section.tsx';
import drawer from './settings-drawer.module.css';

type CallToolsProps = {
  readonly call: VisavisCall;
  readonly snapshot: CallSnapshot;
  readonly onHelp: () => void;
};

/** The foot of a call: how good it is, its devices and captions, its keys. */
export function CallTools({ call, snapshot, onHelp }: CallToolsProps) {
  const texts = useTalkTexts();
  const [opened, setOpened] = useState(false);
  return (
    <div className={classes.tools}>
      <CallQuality call={call} snapshot={snapshot} />
      <Tooltip label={texts.call.sound}>
        <ActionIcon
          variant="subtle"
          size={32}
          radius="xl"
          aria-label={texts.call.sound}
          onClick={() => setOpened(true)}
        >
          <SettingsIcon size={18} />
        </ActionIcon>
      </Tooltip>
      <Tooltip label={texts.shortcuts.title}>
        <ActionIcon
          className={classes.keys ?? ''}
          variant="subtle"
          size={32}
          radius="xl"
          aria-label={texts.shortcuts.title}
          onClick={onHelp}
        >
          <KeyboardIcon size={18} />
        </ActionIcon>
      </Tooltip>
      <Drawer
        opened={opened}
        onClose={() => setOpened(false)}
        position="right"
        size={400}
        title={texts.call.sound}
        classNames={{ title: drawer.title ?? '' }}
        closeButtonProps={{ 'aria-label': texts.settings.close }}
      >
        <div className={drawer.settings}>
          <DeviceSection call={call} sees={snapshot.info?.sees === true} />
          <CaptionsChoice />
        </div>
      </Drawer>
    </div>
  );
}
