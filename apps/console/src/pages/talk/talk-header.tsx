import { ActionIcon, Tooltip } from '@mantine/core';
import { SettingsIcon } from '../../components/icons.tsx';
import { Logo } from '../../components/logo.tsx';
import classes from './talk-header.module.css';

export function TalkHeader(props: { readonly version: string; readonly onOpenSettings: () => void }) {
  return (
    <header className={classes.header}>
      <span className={classes.brand} title={`Visavis ${props.version}`}>
        <Logo />
        Visavis
      </span>
      <Tooltip label="Settings">
        <ActionIcon variant="subtle" size={44} radius="xl" onClick={props.onOpenSettings} aria-label="Settings">
          <SettingsIcon />
        </ActionIcon>
      </Tooltip>
    </header>
  );
}
