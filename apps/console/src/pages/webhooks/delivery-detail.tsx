import type { Delivery } from '@visavis/protocol/rest';
import classes from '../../components/console.module.css';
import { useFormats, useTexts } from '../../i18n/language.tsx';
import { bodyText } from './body-text.ts';
import own from './deliveries.module.css';

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
      <ol className={own.list}>
        {attempts.map(({ at, status, error, durationMs, answer }, index) => (
          <li key={at}>
            <h3>{texts.attempt(index + 1, formats.dateTime(at))}</h3>
            <p className={classes.facts}>
              <span>{status === null ? texts.noStatus : texts.status(status)}</span>
              <span>{texts.took(formats.number(durationMs))}</span>
              {error !== null && <span>{error}</span>}
            </p>
            {answer !== null &&
              (answer === '' ? (
                <p className={classes.muted}>{texts.noAnswer}</p>
              ) : (
                <pre className={classes.code}>{answer}</pre>
              ))}
          </li>
        ))}
      </ol>
    </div>
  );
}
