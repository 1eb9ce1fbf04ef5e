import { Button, Modal } from '@mantine/core';
import { useState } from 'react';
import { useTexts } from '../i18n/language.tsx';
import classes from './console.module.css';
import { Problem } from './page.tsx';

type ConfirmProps = {
  readonly opened: boolean;
  readonly title: string;
  readonly text: string;
  /** What the button that does it says. */
  readonly action: string;
  readonly change: { readonly isPending: boolean; readonly error: Error | null };
  readonly onConfirm: () => void;
  readonly onClose: () => void;
};

/** Asks before something that cannot be undone. */
export function Confirm({ opened, change, onConfirm, onClose, ...asked }: ConfirmProps) {
  const texts = useTexts();
  // While the dialog fades, its words stay what they were.
  const [last, setLast] = useState(asked);
  if (opened && asked.title !== last.title) setLast(asked);
  const { title, text, action } = opened ? asked : last;
  return (
    <Modal
      opened={opened}
      onClose={onClose}
      title={title}
      centered
      lockScroll={false}
      closeButtonProps={{ 'aria-label': texts.common.close }}
    >
      <div className={classes.stack}>
        <p>{text}</p>
        <Problem error={change.error} />
        <div className={classes.actions}>
          <Button color="red" loading={change.isPending} onClick={onConfirm}>
            {action}
          </Button>
          <Button variant="default" onClick={onClose} data-autofocus>
            {texts.common.cancel}
          </Button>
        </div>
      </div>
    </Modal>
  );
}
