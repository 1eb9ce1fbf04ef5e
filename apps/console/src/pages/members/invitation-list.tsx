import { Badge, Button } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { request } from '../../api/client.ts';
import { invitationsQuery } from '../../api/member-queries.ts';
import { useChange } from '../../api/queries.ts';
import classes from '../../components/console.module.css';
import { Loaded, Problem } from '../../components/page.tsx';
import { useFormats } from '../../i18n/language.tsx';
import { useMembersTexts } from '../../i18n/members-texts.ts';

/** Invitations that nobody has used yet. Their links are not shown again. */
export function InvitationList({ projectId }: { readonly projectId: string }) {
  const texts = useMembersTexts();
  const formats = useFormats();
  const invitations = useQuery(invitationsQuery(projectId));
  const withdraw = useChange(
    (invitationId: string) => request('DELETE', `/projects/${projectId}/invitations/${invitationId}`),
    [invitationsQuery(projectId).queryKey],
  );
  return (
    <section className={classes.stack} aria-labelledby="open-invitations">
      <h2 id="open-invitations" className={classes.sectionTitle}>
        {texts.open}
      </h2>
      <Problem error={withdraw.error} />
      <Loaded of={invitations}>
        {(all) =>
          all.length === 0 ? (
            <p className={classes.muted}>{texts.noneOpen}</p>
          ) : (
            <ul className={classes.list}>
              {all.map(({ invitationId, email, role, invitedBy, expiresAt }) => (
                <li key={invitationId} className={classes.row}>
                  <div>
                    <p className={classes.title}>
                      {email ?? texts.anybody}
                      <Badge variant="light" color="gray">
                        {texts.roles[role]}
                      </Badge>
                    </p>
                    <p className={classes.facts}>
                      <span>{texts.invitedBy(invitedBy)}</span>
                      <span>{texts.until(formats.dateTime(expiresAt))}</span>
                    </p>
                  </div>
                  <Button
                    variant="subtle"
                    color="red"
                    size="xs"
                    aria-label={texts.withdrawOf(email ?? texts.anybody)}
                    disabled={withdraw.isPending}
                    onClick={() => withdraw.mutate(invitationId)}
                  >
                    {texts.withdraw}
                  </Button>
                </li>
              ))}
            </ul>
          )
        }
      </Loaded>
    </section>
  );
}
