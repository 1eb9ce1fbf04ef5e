import { Button, CloseButton } from '@mantine/core';
import { useEffect, useSyncExternalStore } from 'react';
import { useTexts } from '../i18n/language.tsx';
import { type Toast, toasts } from './toast-list.ts';
import classes from './toasts.module.css';

/** Long enough to read a sentence and to press its button. */
const shownMs = 10_000;

/** The notices of the console. They stay while the pointer or the focus is on them. */
export function Toasts() {
  const texts = useTexts().toasts;
  const shown = useSyncExternalStore(toasts.subscribe, toasts.current);
  const isHeld = useSyncExternalStore(toasts.subscribe, toasts.isHeld);
  return (
    <section className={classes.toasts} aria-label={texts.title} aria-live="polite">
      {shown.map((toast) => (
        <ToastRow key={toast.id} toast={toast} isHeld={isHeld} />
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
    <article
      className={classes.toast}
      data-problem={isProblem}
      onPointerEnter={() => toasts.hold('pointer', id)}
      onPointerLeave={() => toasts.hold('pointer', null)}
      onFocus={() => toasts.hold('focus', id)}
      onBlur={() => toasts.hold('focus', null)}
    >
      <p>{text}</p>
      {action !== null && (
        <Button size="xs" variant="light" onClick={() => toasts.act(id)}>
          {action.label}
        </Button>
      )}
      <CloseButton size="sm" aria-label={texts.toasts.close} onClick={() => toasts.close(id)} />
    </article>
  );
}
