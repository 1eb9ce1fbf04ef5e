import { Button } from '@mantine/core';
import { useTexts } from '../i18n/language.tsx';
import { CheckIcon } from './icons.tsx';
import { useCopied } from './use-copied.ts';

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
