import { Modal, Switch } from '@mantine/core';
import { useTalkTexts } from '../../i18n/talk-texts.ts';
import { useCallPreferences } from './call-preferences.ts';
import { shortcutKeys } from './call-shortcuts.ts';
import classes from './shortcut-sheet.module.css';

type ShortcutSheetProps = { readonly opened: boolean; readonly onClose: () => void };

/** What keys do in a call. */
export function ShortcutSheet({ opened, onClose }: ShortcutSheetProps) {
  const texts = useTalkTexts();
  const [{ hasShortcuts }, change] = useCallPreferences();
  return (
    <Modal
      opened={opened}
      onClose={onClose}
      centered
      title={texts.shortcuts.title}
      closeButtonProps={{ 'aria-label': texts.shortcuts.close }}
    >
      <dl className={classes.keys}>
        {shortcutKeys.map(([name, key]) => (
          <div key={name}>
            <dt>
              <kbd>{key ?? texts.call.space}</kbd>
            </dt>
            <dd>{texts.shortcuts.keys[name]}</dd>
          </div>
        ))}
      </dl>
      <Switch
        label={texts.shortcuts.enabled}
        description={texts.shortcuts.enabledHint}
        checked={hasShortcuts}
        onChange={(event) => change({ hasShortcuts: event.currentTarget.checked })}
      />
    </Modal>
  );
}
