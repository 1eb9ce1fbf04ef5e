import { ActionIcon } from '@mantine/core';
import { SettingsIcon } from '../../components/icons.tsx';
import { Logo } from '../../components/logo.tsx';
import { useTalkTexts } from '../../i18n/talk-texts.ts';
import classes from './talk-header.module.css';

type TalkHeaderProps = {
  readonly version: string;
  /** A slip must not lead away from a call. */
  readonly isInCall?: boolean;
  /** Left out: there is nothing to set. */
  readonly onOpenSettings?: () => void;
};

export function TalkHeader({ version, isInCall = false, onOpenSettings }: TalkHeaderProps) {
  const texts = useTalkTexts();
  return (
    <header className={classes.header}>
      <span className={classes.brand} title={`Visavis ${version}`}>
        <Logo />
        <span className={classes.word}>Visavis</span>
      </span>
      {!isInCall && (
        <nav className={classes.links} aria-label={texts.header.links}>
          <a href="/console">{texts.header.console}</a>
          <a href="/docs/">{texts.header.docs}</a>
        </nav>
      )}
      {onOpenSettings && (
        <ActionIcon
          variant="subtle"
          size={44}
          radius="xl"
          onClick={onOpenSettings}
          aria-label={texts.settings.title}
          // A tooltip of the library would be a tenth of what a first visit loads.
          title={texts.settings.title}
        >
          <SettingsIcon />
        </ActionIcon>
      )}
    </header>
  );
}
