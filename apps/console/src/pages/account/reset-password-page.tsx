import { Alert } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { LIMITS } from '@visavis/protocol';
import { useState } from 'react';
import { request } from '../../api/client.ts';
import { authOptionsQuery, useChange } from '../../api/queries.ts';
import { loginAddress } from '../../app/addresses.ts';
import { Link } from '../../app/link.tsx';
import { PasswordField } from '../../components/fields.tsx';
import { EntryForm } from '../../components/form.tsx';
import { Loaded } from '../../components/page.tsx';
import { useFormats, useTexts } from '../../i18n/language.tsx';
import { AuthFrame, AuthLinks } from './auth-frame.tsx';
import { EmailField } from './email-field.tsx';

/** With `?token=…` of the mail: a new password. Without: asks for the mail. */
export function ResetPasswordPage() {
  const texts = useTexts();
  const token = new URLSearchParams(globalThis.location.search).get('token');
  const options = useQuery(authOptionsQuery);
  return (
    <AuthFrame title={texts.auth.resetTitle}>
      {token !== null ? (
        <NewPassword token={token} />
      ) : (
        <Loaded of={options}>
          {({ isMailEnabled }) =>
            isMailEnabled ? (
              <AskForMail />
            ) : (
              <>
                <p>{texts.auth.noMail}</p>
                <pre>npx visavis user reset-password mia@example.org</pre>
              </>
            )
          }
        </Loaded>
      )}
      <AuthLinks>
        <Link href={loginAddress}>{texts.auth.login}</Link>
      </AuthLinks>
    </AuthFrame>
  );
}

function NewPassword({ token }: { readonly token: string }) {
  const texts = useTexts();
  const formats = useFormats();
  const [newPassword, setNewPassword] = useState('');
  const reset = useChange(
    (input: { token: string; newPassword: string }) => request('POST', '/auth/password-reset', input),
    [],
  );
  if (reset.isSuccess) return <Alert role="status">{texts.auth.resetDone}</Alert>;
  return (
    <EntryForm saving={reset} action={texts.auth.resetSet} onSubmit={() => reset.mutate({ token, newPassword })}>
      <PasswordField
        name="newPassword"
        label={texts.auth.newPassword}
        description={texts.auth.passwordHint(formats.number(LIMITS.characters.passwordAtLeast))}
        autoComplete="new-password"
        required
        value={newPassword}
        onChange={setNewPassword}
      />
    </EntryForm>
  );
}

function AskForMail() {
  const texts = useTexts();
  const [email, setEmail] = useState('');
  const ask = useChange((input: { email: string }) => request('POST', '/auth/password-reset/request', input), []);
  if (ask.isSuccess) return <Alert role="status">{texts.auth.resetSent}</Alert>;
  return (
    <EntryForm saving={ask} action={texts.auth.resetSend} onSubmit={() => ask.mutate({ email })}>
      <p>{texts.auth.resetAdvice}</p>
      <EmailField value={email} onChange={setEmail} />
    </EntryForm>
  );
}
