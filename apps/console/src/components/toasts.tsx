import { Button, CloseButton } from '@mantine/core';
import { useEffect, useState, useSyncExternalStore } from 'react';
import { useTexts } from '../i18n/language.tsx';
import { type Toast, toasts } from './toast-list.ts';
import classes from './toasts.module.css';

/** Long enough to read a sentence and to press its button. */
const shownMs = 10_000;

/** The notices of the console. They stay while the pointer or the focus is on them. */
export function Toasts() {
  const texts = useTexts().toasts;
  const shown = useSyncExternalStore(toasts.subscribe, toasts.current);
  const [isHeld, setHeld] = useState(false);
  return (
    <section
      className={classes.toasts}
      aria-label={texts.title}
      aria-live="polite"
      onPointerEnter={() => setHeld(true)}
      onPointerLeave={() => setHeld(false)}
      onFocus={() => setHeld(true)}
      onBlur={() => setHeld(false)}
    >
      {shown.map((toast) => (
        <ToastRow key={toast.id} toast={toast} isHeld={isHeld && shown.length > 0} />
      ))}
    </section>
  );
}

function ToastRow({ toast, isHeld }: { readonly toast: Toast; readonly isHeld: boolean }) {
  const texts = useTexts();
  const { id, text, action, isProblem } = toast;
  useEffect(() => {
    if (isHeld) return;
    const timer = setTimeout(() => toasts.close(id), shownMs);
    return () => clearTimeout(timer);
  }, [id, isHeld]);
  return (
    <div className={classes.toast} data-problem={isProblem}>
      <p>{text}</p>
      {action !== null && (
        <Button size="xs" variant="light" onClick={() => toasts.act(id)}>
          {action.label}
        </Button>
      )}
      <CloseButton size="sm" aria-label={texts.toasts.close} onClick={() => toasts.close(id)} />
    </div>
  );
}
