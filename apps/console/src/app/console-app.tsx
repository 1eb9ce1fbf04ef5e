import { QueryClient, QueryClientProvider, useQuery } from '@tanstack/react-query';
import { Suspense, useEffect } from 'react';
import { ApiProblem } from '../api/client.ts';
import { authOptionsQuery, sessionQuery } from '../api/queries.ts';
import { Boot } from '../components/boot.tsx';
import { LeaveQuestion } from '../components/leave-question.tsx';
import { Loaded } from '../components/page.tsx';
import { Toasts } from '../components/toasts.tsx';
import { LanguageProvider } from '../i18n/language.tsx';
import { LoginPage } from '../pages/account/login-page.tsx';
import { RegisterPage } from '../pages/account/register-page.tsx';
import { homeAddress, invitationAddress, loginAddress, registerAddress, resetAddress } from './addresses.ts';
import { part } from './part.ts';
import { Redirect } from './redirect.tsx';
import { usePath } from './router.ts';

const ResetPasswordPage = part(
  async () => (await import('../pages/account/reset-password-page.tsx')).ResetPasswordPage,
);
const InvitationPage = part(async () => (await import('../pages/members/invitation-page.tsx')).InvitationPage);
const Shell = part(async () => (await import('./shell.tsx')).Shell);

const client = new QueryClient({
  defaultOptions: {
    queries: {
      staleTime: 5_000,
      // A refusal stays one; only silence and failures of the server may pass.
      retry: (count, error) => count < 2 && !(error instanceof ApiProblem && error.status >= 400 && error.status < 500),
    },
  },
});

/** The console at `/console`, for operators and developers. */
export function ConsoleApp() {
  return (
    <QueryClientProvider client={client}>
      <LanguageProvider>
        <Entrance />
        <LeaveQuestion />
        <Toasts />
      </LanguageProvider>
    </QueryClientProvider>
  );
}

/** Whoever is not logged in gets no further than the log-in pages. */
function Entrance() {
  const path = usePath().replace(/(?<!\/)\/+$/, '');
  const session = useQuery({ ...sessionQuery, enabled: path !== resetAddress });
  if (path === resetAddress) {
    return (
      <Suspense fallback={<Boot />}>
        <ResetPasswordPage />
      </Suspense>
    );
  }
  return (
    <Loaded of={session} waiting={<Boot />}>
      {({ user }) => {
        if (path === invitationAddress) {
          return (
            <Suspense fallback={<Boot />}>
              {user === null && <Forgetting />}
              <InvitationPage user={user} />
            </Suspense>
          );
        }
        if (user === null) return path === registerAddress ? <RegisterPage /> : <FirstOrLogin />;
        if (path === loginAddress || path === registerAddress) return <Redirect to={homeAddress} />;
        return (
          <Suspense fallback={<Boot />}>
            <Shell user={user} path={path} />
          </Suspense>
        );
      }}
    </Loaded>
  );
}

/** What the last user saw is not for the next one. */
function Forgetting() {
  useEffect(() => {
    const kept: readonly unknown[] = [...sessionQuery.queryKey, ...authOptionsQuery.queryKey, 'invitation'];
    client.removeQueries({ predicate: ({ queryKey }) => !kept.includes(queryKey[0]) });
  }, []);
  return null;
}

/** On a new server there is nobody who could log in. */
function FirstOrLogin() {
  const options = useQuery(authOptionsQuery);
  // What was true before somebody registered must not lead the next visitor astray.
  const current = options.data?.isFirst && options.isFetching ? { ...options, data: undefined } : options;
  return (
    <>
      <Forgetting />
      <Loaded of={current}>{({ isFirst }) => (isFirst ? <Redirect to={registerAddress} /> : <LoginPage />)}</Loaded>
    </>
  );
}
