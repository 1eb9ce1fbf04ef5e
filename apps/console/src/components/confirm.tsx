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
  readonly change: { readonly isPending: boolean; readonly error: Error | null; reset(): void };
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
  const close = () => {
    // Why it did not work is told of this one, not of the next that is asked about.
    if (!change.isPending) change.reset();
    onClose();
  };
  return (
    <Modal
      opened={opened}
      onClose={close}
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
          <Button variant="default" onClick={close} data-autofocus>
            {texts.common.cancel}
          </Button>
        </div>
      </div>
    </Modal>
  );
}
