import { Button, Modal } from '@mantine/core';
import { router, useIsAsking } from '../app/router.ts';
import { useTexts } from '../i18n/language.tsx';
import classes from './console.module.css';

/** Above every dialog of the page. */
const zIndex = 400;

/** Asked whenever something would lose what is unsaved. */
export function LeaveQuestion() {
  const texts = useTexts();
  return (
    <Modal
      opened={useIsAsking()}
      onClose={() => router.answer(false)}
      title={texts.form.leaveTitle}
      centered
      zIndex={zIndex}
      lockScroll={false}
      closeButtonProps={{ 'aria-label': texts.common.close }}
    >
      <div className={classes.stack}>
        <p>{texts.form.leaveText}</p>
        <div className={classes.actions}>
          <Button data-autofocus onClick={() => router.answer(false)}>
            {texts.form.stay}
          </Button>
          <Button variant="light" color="red" onClick={() => router.answer(true)}>
            {texts.form.leave}
          </Button>
        </div>
      </div>
    </Modal>
  );
}
