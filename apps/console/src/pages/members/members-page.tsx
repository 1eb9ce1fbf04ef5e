import { Button } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import type { Member } from '@visavis/protocol/rest';
import { useState } from 'react';
import { request } from '../../api/client.ts';
import { invitationsQuery, membersQuery } from '../../api/member-queries.ts';
import { projectsQuery, sessionQuery, useChange } from '../../api/queries.ts';
import { projectsAddress } from '../../app/addresses.ts';
import { useMay } from '../../app/role.tsx';
import { navigate } from '../../app/router.ts';
import { Confirm } from '../../components/confirm.tsx';
import classes from '../../components/console.module.css';
import { Loaded, Page, Problem } from '../../components/page.tsx';
import type { MembersTexts } from '../../i18n/en/members.ts';
import { useMembersTexts } from '../../i18n/members-texts.ts';
import { InvitationList } from './invitation-list.tsx';
import { InviteForm } from './invite-form.tsx';
import { MemberRow, type MemberWish } from './member-row.tsx';

/** Who is in the project, as what; for owners with invitations. */
export function MembersPage({ projectId }: { readonly projectId: string }) {
  const texts = useMembersTexts();
  const members = useQuery(membersQuery(projectId));
  const userId = useQuery(sessionQuery).data?.user?.userId;
  const isOwner = useMay('owner');
  const [isInviting, setInviting] = useState(false);
  const [asked, setAsked] = useState<MemberWish | null>(null);
  const change = useChange(
    (wish: MemberWish) => sendWish(projectId, wish),
    [membersQuery(projectId).queryKey, invitationsQuery(projectId).queryKey],
  );
  // One's own role is in the list of projects; it is read last, since pages without a project are gone at once.
  const adopt = useChange(async () => undefined, [projectsQuery.queryKey]);
  const ask = (wish: MemberWish) => {
    // Why another role could not be given, without a question, is not told of this one.
    if (!change.isPending) change.reset();
    setAsked(wish);
  };
  const send = (wish: MemberWish) =>
    change.mutate(wish, {
      onSuccess: () => {
        setAsked(null);
        if (!wish.isSelf) return;
        if (wish.role === null) navigate(projectsAddress);
        adopt.mutate(undefined);
      },
    });
  return (
    <Page
      title={texts.title}
      intro={texts.intro}
      actions={isOwner && <Button onClick={() => setInviting(true)}>{texts.invite}</Button>}
    >
      {asked === null && <Problem error={change.error} />}
      <Loaded of={members}>
        {(all) => (
          <ul className={classes.list}>
            {all.map((member) => (
              <MemberRow
                key={member.userId}
                member={member}
                isSelf={member.userId === userId}
                isLastOwner={member.role === 'owner' && countOwners(all) === 1}
                isBusy={change.isPending}
                onWish={(wish) => (wish.role === null || wish.isSelf ? ask(wish) : send(wish))}
              />
            ))}
          </ul>
        )}
      </Loaded>
      {isOwner && <InvitationList projectId={projectId} />}
      {isInviting && <InviteForm projectId={projectId} onClose={() => setInviting(false)} />}
      <Confirm
        opened={asked !== null}
        {...wordsOf(asked, texts)}
        change={change}
        onClose={() => setAsked(null)}
        onConfirm={() => asked !== null && send(asked)}
      />
    </Page>
  );
}

function sendWish(projectId: string, { member, role, isSelf }: MemberWish) {
  const path = `/projects/${projectId}/members/${member.userId}`;
  if (role !== null) return request('PATCH', path, { role });
  return isSelf ? request('POST', `/projects/${projectId}/leave`) : request('DELETE', path);
}

function countOwners(members: readonly Member[]): number {
  return members.filter(({ role }) => role === 'owner').length;
}

/** What is asked before somebody goes, or before one takes something from oneself. */
function wordsOf(asked: MemberWish | null, texts: MembersTexts) {
  if (asked?.role) return { title: texts.lessTitle, text: texts.lessText, action: texts.less };
  if (asked?.isSelf) return { title: texts.leaveTitle, text: texts.leaveText, action: texts.leave };
  return { title: texts.removeTitle(asked?.member.name ?? ''), text: texts.removeText, action: texts.remove };
}
