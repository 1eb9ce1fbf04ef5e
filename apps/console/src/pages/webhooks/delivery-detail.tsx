import type { Delivery } from '@visavis/protocol/rest';
import classes from '../../components/console.module.css';
import { useFormats, useTexts } from '../../i18n/language.tsx';
import { useServerTexts } from '../../i18n/server-texts.ts';
import { bodyText } from './body-text.ts';
import own from './deliveries.module.css';
import { outcomeOf } from './outcome.ts';

/** What was posted, and what each attempt was answered. Texts of others are shown as they are, never as HTML. */
export function DeliveryDetail({ delivery }: { readonly delivery: Delivery }) {
  const { webhooks: texts } = useTexts();
  const formats = useFormats();
  const { body, bodyLength, attempts } = delivery;
  return (
    <div className={own.detail}>
      <h3>{texts.body}</h3>
      <pre className={classes.code}>{bodyText(body, bodyLength)}</pre>
      {body.length < bodyLength && (
        <p className={classes.muted}>{texts.bodyCut(formats.number(body.length), formats.number(bodyLength))}</p>
      )}
      <ol className={classes.list}>
        {attempts.map((attempt, index) => (
          <AttemptItem key={attempt.at} attempt={attempt} count={index + 1} />
        ))}
      </ol>
    </div>
  );
}

type AttemptItemProps = {
  readonly attempt: Delivery['attempts'][number];
  /** From 1. */
  readonly count: number;
};

function AttemptItem({ attempt, count }: AttemptItemProps) {
  const { webhooks: texts } = useTexts();
  const { ofDelivery } = useServerTexts();
  const formats = useFormats();
  const { at, durationMs, answer: body, isAnswerKept } = attempt;
  const { answer, reason } = outcomeOf(attempt, { ...texts, reason: ofDelivery });
  return (
    <li>
      <h3>{texts.attempt(count, formats.dateTime(at))}</h3>
      <p className={classes.facts}>
        <span>{answer}</span>
        <span>{texts.took(formats.number(durationMs))}</span>
        {reason !== null && <span>{reason}</span>}
      </p>
      {!isAnswerKept && <p className={classes.muted}>{texts.answerOfPrivateHost}</p>}
      {body === '' && <p className={classes.muted}>{texts.noAnswer}</p>}
      {body !== null && body !== '' && <pre className={classes.code}>{body}</pre>}
    </li>
  );
}
