import type { Transcript } from '@visavis/protocol/rest';
import type { ReactNode } from 'react';
import { CopyChip } from '../../components/copy-chip.tsx';
import { useFormats, useTexts } from '../../i18n/language.tsx';
import { endingOf } from './endings.ts';
import { RatingMark } from './rating-mark.tsx';
import { talkMs } from './time-line.ts';
import own from './transcript-page.module.css';

/** When, how long, by which key and from where, how quick, and why it ended. */
export function TranscriptHead({ talk }: { readonly talk: Transcript }) {
  const { conversations: texts } = useTexts();
  const formats = useFormats();
  const { status, reason, latencyMs } = talk;
  const durationMs = talkMs(talk);
  const ending = reason === null ? null : endingOf(reason);
  return (
    <dl className={own.facts}>
      <Fact name={texts.started}>{formats.dateTime(talk.startedAt)}</Fact>
      <Fact name={texts.duration}>{durationMs === null ? texts.statuses.active : formats.clock(durationMs)}</Fact>
      {latencyMs !== null && (
        <Fact name={texts.latency} hint={texts.latencyHint}>
          {texts.seconds(formats.fixed(latencyMs / 1000, 1))}
        </Fact>
      )}
      <Fact name={texts.rating}>
        {talk.rating === null ? (
          texts.notRated
        ) : (
          <>
            <RatingMark rating={talk.rating} text="" /> {talk.ratingText || texts.ratings[talk.rating]}
          </>
        )}
      </Fact>
      <Fact name={texts.key}>{talk.keyName ?? texts.noKey}</Fact>
      <Fact name={texts.origin}>{talk.origin ?? texts.noOrigin}</Fact>
      {status !== 'active' && (
        <Fact name={texts.ending}>{ending === null ? (reason ?? texts.statuses[status]) : texts.endings[ending]}</Fact>
      )}
      <Fact name={texts.session}>
        <CopyChip text={talk.sessionId} what={texts.session} />
      </Fact>
    </dl>
  );
}

function Fact(props: { readonly name: string; readonly hint?: string; readonly children: ReactNode }) {
  return (
    <div title={props.hint}>
      <dt>{props.name}</dt>
      <dd>{props.children}</dd>
    </div>
  );
}
