import { useQuery } from '@tanstack/react-query';
import type { User } from '@visavis/protocol/rest';
import { useState } from 'react';
import { request } from '../../api/client.ts';
import { authOptionsQuery, sessionQuery, useChange } from '../../api/queries.ts';
import { registerAddress, resetAddress } from '../../app/addresses.ts';
import { Link } from '../../app/link.tsx';
import { PasswordField } from '../../components/fields.tsx';
import { EntryForm } from '../../components/form.tsx';
import { useTexts } from '../../i18n/language.tsx';
import { AuthFrame, AuthLinks } from './auth-frame.tsx';
import { EmailField } from './email-field.tsx';

/** The address stays as it was: whoever logs in gets the page that was asked for. */
export function LoginPage() {
  const texts = useTexts();
  const options = useQuery(authOptionsQuery).data;
  return (
    <AuthFrame title={texts.auth.welcomeBack}>
      <LoginForm />
      <AuthLinks>
        {options?.isRegistrationOpen && (
          <span>
            {texts.auth.noAccount} <Link href={registerAddress}>{texts.auth.register}</Link>
          </span>
        )}
        <Link href={resetAddress}>{texts.auth.forgot}</Link>
      </AuthLinks>
    </AuthFrame>
  );
}

export function LoginForm() {
  const texts = useTexts();
  const [email, setEmail] = useState('');
  const [password, setPassword] = useState('');
  const login = useChange(
    (input: { email: string; password: string }) => request<User>('POST', '/auth/login', input),
    [sessionQuery.queryKey],
  );
  return (
    <EntryForm saving={login} action={texts.auth.login} onSubmit={() => login.mutate({ email, password })}>
      <EmailField value={email} onChange={setEmail} />
      <PasswordField
        name="password"
        label={texts.auth.password}
        autoComplete="current-password"
        required
        value={password}
        onChange={setPassword}
      />
    </EntryForm>
  );
}
