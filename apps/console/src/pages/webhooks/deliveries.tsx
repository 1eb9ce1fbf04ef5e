import { Badge, Button } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { request } from '../../api/client.ts';
import { deliveriesQuery, useChange } from '../../api/queries.ts';
import classes from '../../components/console.module.css';
import { Loaded, Problem } from '../../components/page.tsx';
import { useFormats, useTexts } from '../../i18n/language.tsx';

const pollMs = 3_000;
const colours = { waiting: 'gray', running: 'gray', delivered: 'brand', failed: 'red' };

/** What was posted to one webhook, newest first. */
export function Deliveries({ projectId, webhookId }: { readonly projectId: string; readonly webhookId: string }) {
  const texts = useTexts();
  const formats = useFormats();
  const query = deliveriesQuery(projectId, webhookId);
  const deliveries = useQuery({ ...query, refetchInterval: pollMs });
  const resend = useChange(
    (id: string) => request('POST', `/projects/${projectId}/webhooks/${webhookId}/deliveries/${id}/resend`),
    [query.queryKey],
  );
  return (
    <Loaded of={deliveries}>
      {({ items }) => (
        <ul className={classes.list}>
          <Problem error={resend.error} />
          {items.length === 0 && <li className={classes.muted}>{texts.webhooks.noDeliveries}</li>}
          {items.map(({ deliveryId, event, state, attempts, createdAt }) => {
            const last = attempts.at(-1);
            return (
              <li key={deliveryId}>
                <p className={classes.facts}>
                  <Badge variant="light" color={colours[state]}>
                    {texts.webhooks.states[state]}
                  </Badge>
                  <span>{event}</span>
                  <span>{formats.dateTime(createdAt)}</span>
                  <span>{texts.webhooks.attempts(attempts.length)}</span>
                  {last !== undefined && <span>{last.error ?? last.status}</span>}
                  {state !== 'running' && (
                    <Button variant="subtle" size="compact-xs" onClick={() => resend.mutate(deliveryId)}>
                      {texts.webhooks.resend}
                    </Button>
                  )}
                </p>
              </li>
            );
          })}
        </ul>
      )}
    </Loaded>
  );
}
