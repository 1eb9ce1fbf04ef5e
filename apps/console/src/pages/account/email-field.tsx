import { LIMITS } from '@visavis/protocol';
import { TextField } from '../../components/fields.tsx';
import { useTexts } from '../../i18n/language.tsx';

type EmailFieldProps = { readonly value: string; readonly onChange: (email: string) => void };

/** The address of one's own account. */
export function EmailField({ value, onChange }: EmailFieldProps) {
  const texts = useTexts();
  return (
    <TextField
      name="email"
      label={texts.auth.email}
      type="email"
      autoComplete="username"
      required
      maxLength={LIMITS.characters.email}
      value={value}
      onChange={onChange}
    />
  );
}
