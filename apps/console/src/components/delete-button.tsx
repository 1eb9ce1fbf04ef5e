import { Button, type ButtonProps } from '@mantine/core';
import { useTexts } from '../i18n/language.tsx';

type DeleteButtonProps = Pick<ButtonProps, 'size' | 'loading'> & {
  /** Of what it deletes. */
  readonly name: string;
  readonly onClick: () => void;
};

/** One of many on a page, which says what it deletes to those who cannot see where it stands. */
export function DeleteButton({ name, ...rest }: DeleteButtonProps) {
  const { common } = useTexts();
  return (
    <Button variant="subtle" color="red" aria-label={common.labelled(common.delete, name)} {...rest}>
      {common.delete}
    </Button>
  );
}
