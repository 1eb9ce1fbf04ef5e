import { Button } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import type { ShownInvitation, User } from '@visavis/protocol/rest';
import { useState } from 'react';
import { ApiProblem, request } from '../../api/client.ts';
import { shownInvitationQuery } from '../../api/member-queries.ts';
import { authOptionsQuery, projectsQuery, sessionQuery, useChange } from '../../api/queries.ts';
import { homeAddress, readInvitationSecret, resetAddress, sectionAddress } from '../../app/addresses.ts';
import { Link } from '../../app/link.tsx';
import { navigate, useHash } from '../../app/router.ts';
import classes from '../../components/console.module.css';
import { Loaded, Problem } from '../../components/page.tsx';
import { Waiting } from '../../components/waiting.tsx';
import { useFormats, useTexts } from '../../i18n/language.tsx';
import { useMembersTexts } from '../../i18n/members-texts.ts';
import { AuthFrame, AuthLinks } from '../account/auth-frame.tsx';
import { LoginForm } from '../account/login-page.tsx';
import { RegisterForm } from '../account/register-page.tsx';
import { forgetKeptFiles } from '../films/kept-files.ts';

/** Where the link of an invitation leads: who invites to what, and the way in, with an account or without one yet. */
export function InvitationPage({ user }: { readonly user: User | null }) {
  const secret = readInvitationSecret(useHash());
  return secret === null ? <Gone error={null} /> : <Invited secret={secret} user={user} />;
}

function Invited({ secret, user }: { readonly secret: string; readonly user: User | null }) {
  const texts = useMembersTexts();
  const invitation = useQuery(shownInvitationQuery(secret, user?.userId ?? null));
  const { data, error } = invitation;
  if (data === undefined && error instanceof ApiProblem && error.status === 404) return <Gone error={error} />;
  return (
    <AuthFrame title={data === undefined ? texts.title : texts.invitation.title(data.projectName)}>
      <Loaded of={invitation} waiting={<Waiting />}>
        {(shown) => (
          <div className={classes.stack}>
            <Told invitation={shown} />
            {user === null ? <WayIn secret={secret} /> : <Acceptance secret={secret} invitation={shown} user={user} />}
          </div>
        )}
      </Loaded>
    </AuthFrame>
  );
}

/** There is no such invitation, or none any more: the server says which. */
function Gone({ error }: { readonly error: Error | null }) {
  const texts = useMembersTexts();
  const common = useTexts().common;
  return (
    <AuthFrame title={texts.invitation.goneTitle}>
      <Problem error={error} />
      <AuthLinks>
        <Link href={homeAddress}>{common.toStart}</Link>
      </AuthLinks>
    </AuthFrame>
  );
}

function Told({ invitation }: { readonly invitation: ShownInvitation }) {
  const texts = useMembersTexts();
  const formats = useFormats();
  const { invitedBy, role, email, expiresAt, memberRole } = invitation;
  if (memberRole !== null) return <p>{texts.invitation.already(texts.roles[memberRole])}</p>;
  return (
    <>
      <p>{texts.invitation.text(invitedBy, texts.roles[role])}</p>
      <p className={classes.muted}>
        {email !== null && `${texts.invitation.for(email)} `}
        {texts.invitation.until(formats.dateTime(expiresAt))}
      </p>
    </>
  );
}

/** Whoever registers here has accepted with it; whoever logs in is asked once more. */
function WayIn({ secret }: { readonly secret: string }) {
  const texts = useMembersTexts();
  const { auth } = useTexts();
  const [isNew, setNew] = useState(true);
  return (
    <>
      <h2 className={classes.sectionTitle}>{isNew ? texts.invitation.register : texts.invitation.login}</h2>
      {isNew ? <RegisterForm invitation={secret} /> : <LoginForm />}
      <AuthLinks>
        <span>
          {isNew ? auth.haveAccount : auth.noAccount}{' '}
          <Button variant="transparent" size="compact-md" onClick={() => setNew(!isNew)}>
            {isNew ? auth.login : auth.register}
          </Button>
        </span>
        {!isNew && <Link href={resetAddress}>{auth.forgot}</Link>}
      </AuthLinks>
    </>
  );
}

type AcceptanceProps = { readonly secret: string; readonly invitation: ShownInvitation; readonly user: User };

function Acceptance({ secret, invitation, user }: AcceptanceProps) {
  const texts = useMembersTexts().invitation;
  const { auth } = useTexts();
  const { projectId, email, memberRole } = invitation;
  const accept = useChange(() => request('POST', '/invitations/accept', { secret }), [projectsQuery.queryKey]);
  const logout = useChange(
    () => request('POST', '/auth/logout').then(forgetKeptFiles),
    [sessionQuery.queryKey, authOptionsQuery.queryKey],
  );
  const open = () => navigate(sectionAddress(projectId, 'avatars'), { replace: true });
  if (memberRole !== null) return <Button onClick={open}>{texts.openProject}</Button>;
  const isOther = email !== null && email !== user.email;
  return (
    <>
      {isOther && <p>{texts.asOther(user.email)}</p>}
      <Problem error={accept.error ?? logout.error} />
      {!isOther && (
        <Button loading={accept.isPending} onClick={() => accept.mutate(undefined, { onSuccess: open })}>
          {texts.accept}
        </Button>
      )}
      <Button variant="default" loading={logout.isPending} onClick={() => logout.mutate(undefined)}>
        {auth.logout}
      </Button>
    </>
  );
}
