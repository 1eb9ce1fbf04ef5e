import { Badge, Button } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import type { Delivery } from '@visavis/protocol/rest';
import { useState } from 'react';
import { request } from '../../api/client.ts';
import { deliveriesQuery, useChange } from '../../api/queries.ts';
import classes from '../../components/console.module.css';
import { Loaded, Problem } from '../../components/page.tsx';
import { useFormats, useTexts } from '../../i18n/language.tsx';
import { useServerTexts } from '../../i18n/server-texts.ts';
import own from './deliveries.module.css';
import { DeliveryDetail } from './delivery-detail.tsx';
import { outcomeOf } from './outcome.ts';

const pollMs = 3_000;
const colours = { waiting: 'gray', running: 'gray', delivered: 'brand', failed: 'red' };

/** What was posted to one webhook, newest first. */
export function Deliveries({ projectId, webhookId }: { readonly projectId: string; readonly webhookId: string }) {
  const texts = useTexts();
  const query = deliveriesQuery(projectId, webhookId);
  const deliveries = useQuery({ ...query, refetchInterval: pollMs });
  const resend = useChange(
    (id: string) => request('POST', `/projects/${projectId}/webhooks/${webhookId}/deliveries/${id}/resend`),
    [query.queryKey],
  );
  return (
    <Loaded of={deliveries}>
      {({ items }) => (
        <div className={own.deliveries}>
          <Problem error={resend.error} />
          {items.length === 0 && <p className={classes.muted}>{texts.webhooks.noDeliveries}</p>}
          <ul className={classes.list}>
            {items.map((delivery) => (
              <Row key={delivery.deliveryId} delivery={delivery} onResend={() => resend.mutate(delivery.deliveryId)} />
            ))}
          </ul>
        </div>
      )}
    </Loaded>
  );
}

function Row({ delivery, onResend }: { readonly delivery: Delivery; readonly onResend: () => void }) {
  const { webhooks: texts } = useTexts();
  const { ofDelivery } = useServerTexts();
  const formats = useFormats();
  const [isOpen, setIsOpen] = useState(false);
  const { event, state, attempts, nextAttemptAt } = delivery;
  const created = formats.dateTime(delivery.createdAt);
  const last = attempts.at(-1);
  const outcome = last && outcomeOf(last, { ...texts, reason: ofDelivery });
  return (
    <li>
      <p className={classes.facts}>
        <Badge variant="light" color={colours[state]}>
          {texts.states[state]}
        </Badge>
        <span>{event}</span>
        <span>{created}</span>
        <span>{texts.attempts(attempts.length)}</span>
        {outcome !== undefined && <span>{outcome.reason ?? outcome.answer}</span>}
        {nextAttemptAt !== null && attempts.length > 0 && (
          <span>{texts.nextAttempt(formats.dateTime(nextAttemptAt))}</span>
        )}
        <Button
          variant="subtle"
          size="compact-xs"
          aria-expanded={isOpen}
          aria-label={texts.show(`${event}, ${created}`)}
          onClick={() => setIsOpen(!isOpen)}
        >
          {texts.details}
        </Button>
        {state !== 'running' && (
          <Button variant="subtle" size="compact-xs" onClick={onResend}>
            {texts.resend}
          </Button>
        )}
      </p>
      {isOpen && <DeliveryDetail delivery={delivery} />}
    </li>
  );
}
