import { Button } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import type { ShownInvitation, User } from '@visavis/protocol/rest';
import { useState } from 'react';
import { request } from '../../api/client.ts';
import { shownInvitationQuery } from '../../api/member-queries.ts';
import { authOptionsQuery, projectsQuery, sessionQuery, useChange } from '../../api/queries.ts';
import { homeAddress, sectionAddress } from '../../app/addresses.ts';
import { Link } from '../../app/link.tsx';
import { navigate } from '../../app/router.ts';
import classes from '../../components/console.module.css';
import { Loaded, Problem } from '../../components/page.tsx';
import { Waiting } from '../../components/waiting.tsx';
import { useFormats, useTexts } from '../../i18n/language.tsx';
import { useMembersTexts } from '../../i18n/members-texts.ts';
import { AuthFrame, AuthLinks } from '../account/auth-frame.tsx';
import { LoginForm } from '../account/login-page.tsx';
import { RegisterForm } from '../account/register-page.tsx';

type InvitationPageProps = { readonly secret: string; readonly user: User | null };

/** Where the link of an invitation leads: who invites to what, and the way in, with an account or without one yet. */
export function InvitationPage({ secret, user }: InvitationPageProps) {
  const texts = useMembersTexts();
  const common = useTexts().common;
  const invitation = useQuery(shownInvitationQuery(secret, user?.userId ?? null));
  const { data, error } = invitation;
  if (data === undefined && error !== null) {
    return (
      <AuthFrame title={texts.invitation.goneTitle}>
        <Problem error={error} />
        <AuthLinks>
          <Link href={homeAddress}>{common.toStart}</Link>
        </AuthLinks>
      </AuthFrame>
    );
  }
  return (
    <AuthFrame title={data === undefined ? texts.title : texts.invitation.title(data.projectName)}>
      <Loaded of={invitation} waiting={<Waiting />}>
        {(shown) => (
          <div className={classes.stack}>
            <Told invitation={shown} />
            {user === null ? (
              <WayIn secret={secret} invitation={shown} />
            ) : (
              <Acceptance secret={secret} invitation={shown} user={user} />
            )}
          </div>
        )}
      </Loaded>
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

type WayInProps = { readonly secret: string; readonly invitation: ShownInvitation };

/** Whoever registers here has accepted with it; whoever logs in is asked once more. */
function WayIn({ secret, invitation }: WayInProps) {
  const texts = useMembersTexts();
  const { auth } = useTexts();
  const [isNew, setNew] = useState(true);
  return (
    <>
      <h2 className={classes.sectionTitle}>{isNew ? texts.invitation.register : texts.invitation.login}</h2>
      {isNew ? (
        <RegisterForm invitation={secret} email={invitation.email ?? ''} />
      ) : (
        <LoginForm email={invitation.email ?? ''} />
      )}
      <AuthLinks>
        <span>
          {isNew ? auth.haveAccount : auth.noAccount}{' '}
          <Button variant="transparent" size="compact-md" onClick={() => setNew(!isNew)}>
            {isNew ? auth.login : auth.register}
          </Button>
        </span>
      </AuthLinks>
    </>
  );
}

function Acceptance({ secret, invitation, user }: WayInProps & { readonly user: User }) {
  const texts = useMembersTexts().invitation;
  const { auth } = useTexts();
  const { projectId, email, memberRole } = invitation;
  const accept = useChange(() => request('POST', '/invitations/accept', { secret }), [projectsQuery.queryKey]);
  const logout = useChange(() => request('POST', '/auth/logout'), [sessionQuery.queryKey, authOptionsQuery.queryKey]);
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
