import { Button, Modal } from '@mantine/core';
import { useTexts } from '../i18n/language.tsx';
import classes from './console.module.css';
import { CopyButton } from './copy-button.tsx';

type ShownSecretProps = {
  /** Null: closed. */
  readonly secret: string | null;
  readonly title: string;
  readonly text: string;
  readonly note?: string | null;
  readonly copyLabel: string;
  readonly onClose: () => void;
};

/** A key or secret, for copying. */
export function ShownSecret({ secret, title, text, note, copyLabel, onClose }: ShownSecretProps) {
  const texts = useTexts();
  return (
    <Modal
      opened={secret !== null}
      onClose={onClose}
      title={title}
      size="lg"
      centered
      lockScroll={false}
      closeButtonProps={{ 'aria-label': texts.common.close }}
    >
      <div className={classes.stack}>
        {note && <p role="status">{note}</p>}
        <div className={classes.keyBox}>
          <code data-testid="secret">{secret}</code>
          <CopyButton text={secret ?? ''} label={copyLabel} />
        </div>
        <p className={classes.muted}>{text}</p>
        <div className={classes.actions}>
          <Button variant="default" onClick={onClose}>
            {texts.common.close}
          </Button>
        </div>
      </div>
    </Modal>
  );
}
