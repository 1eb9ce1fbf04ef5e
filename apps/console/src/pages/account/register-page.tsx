import { useQuery } from '@tanstack/react-query';
import { LIMITS } from '@visavis/protocol';
import type { User } from '@visavis/protocol/rest';
import { useState } from 'react';
import { request } from '../../api/client.ts';
import { authOptionsQuery, sessionQuery, useChange } from '../../api/queries.ts';
import { homeAddress, loginAddress } from '../../app/addresses.ts';
import { Link } from '../../app/link.tsx';
import { navigate } from '../../app/router.ts';
import { PasswordField, TextField } from '../../components/fields.tsx';
import { EntryForm } from '../../components/form.tsx';
import { Loaded } from '../../components/page.tsx';
import { useFormats, useTexts } from '../../i18n/language.tsx';
import { AuthFrame, AuthLinks } from './auth-frame.tsx';
import { EmailField } from './email-field.tsx';

export function RegisterPage() {
  const texts = useTexts();
  const options = useQuery(authOptionsQuery);
  const isFirst = options.data?.isFirst === true;
  return (
    <AuthFrame title={isFirst ? texts.auth.firstTitle : texts.auth.registerTitle}>
      <Loaded of={options}>
        {(known) => (
          <>
            {isFirst && <p>{texts.auth.firstAdvice}</p>}
            {known.isRegistrationOpen ? <RegisterForm /> : <p>{texts.auth.closed}</p>}
            {!isFirst && (
              <AuthLinks>
                <span>
                  {texts.auth.haveAccount} <Link href={loginAddress}>{texts.auth.login}</Link>
                </span>
              </AuthLinks>
            )}
          </>
        )}
      </Loaded>
    </AuthFrame>
  );
}

type RegisterFormProps = {
  /** Secret of an invitation, which is accepted with it. */
  readonly invitation?: string;
};

export function RegisterForm({ invitation }: RegisterFormProps) {
  const texts = useTexts();
  const formats = useFormats();
  const [values, setValues] = useState({ name: '', email: '', password: '' });
  const register = useChange(
    (input: typeof values) => request<User>('POST', '/auth/register', { ...input, invitation }),
    [sessionQuery.queryKey, authOptionsQuery.queryKey],
  );
  const change = (part: Partial<typeof values>) => setValues((current) => ({ ...current, ...part }));
  return (
    <EntryForm
      saving={register}
      action={texts.auth.register}
      onSubmit={() =>
        register.mutate(values, {
          onSuccess: () => {
            if (invitation === undefined) navigate(homeAddress, { replace: true });
          },
        })
      }
    >
      <TextField
        name="name"
        label={texts.common.name}
        autoComplete="name"
        required
        maxLength={LIMITS.characters.name}
        value={values.name}
        onChange={(name) => change({ name })}
      />
      <EmailField value={values.email} onChange={(email) => change({ email })} />
      <PasswordField
        name="password"
        label={texts.auth.password}
        description={texts.auth.passwordHint(formats.number(LIMITS.characters.passwordAtLeast))}
        autoComplete="new-password"
        required
        value={values.password}
        onChange={(password) => change({ password })}
      />
    </EntryForm>
  );
}
