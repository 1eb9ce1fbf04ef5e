import { Button } from '@mantine/core';
import { useEffect, useState } from 'react';
import { useTexts } from '../i18n/language.tsx';
import { copyText } from './copy-text.ts';
import { CheckIcon } from './icons.tsx';

const shownMs = 2_000;

type CopyButtonProps = {
  readonly text: string;
  readonly label?: string;
  /** What is copied, for those who do not see where the button stands. */
  readonly what?: string;
  /** As large as the buttons beside it; the smaller one when left out. */
  readonly size?: 'sm' | 'compact-md';
};

/** Copies a text to the clipboard and says so. */
export function CopyButton({ text, label, what, size = 'compact-md' }: CopyButtonProps) {
  const texts = useTexts();
  const [copied, copy] = useCopied();
  return (
    <Button
      variant="light"
      size={size}
      leftSection={copied ? <CheckIcon size={16} /> : null}
      aria-label={what && texts.common.labelled(copied ? texts.common.copied : texts.common.copy, what)}
      onClick={() => copy(text)}
    >
      <span aria-live="polite">{copied ? texts.common.copied : (label ?? texts.common.copy)}</span>
    </Button>
  );
}

/** Whether something was copied a moment ago, and the way to do it. */
export function useCopied(): [boolean, (text: string) => void] {
  const [copied, setCopied] = useState(false);
  useEffect(() => {
    if (!copied) return;
    const timer = setTimeout(() => setCopied(false), shownMs);
    return () => clearTimeout(timer);
  }, [copied]);
  return [copied, (text) => void copyText(text).then(setCopied)];
}
