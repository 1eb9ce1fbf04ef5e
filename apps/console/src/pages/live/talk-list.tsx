import { Badge } from '@mantine/core';
import type { LiveTalk } from '@visavis/protocol/rest';
import { useFormats } from '../../i18n/language.tsx';
import { useLiveTexts } from '../../i18n/live-texts.ts';
import own from './live-page.module.css';

type TalkListProps = {
  readonly talks: readonly LiveTalk[];
  readonly chosenId: string | null;
  readonly onChoose: (sessionId: string) => void;
};

/** Who waits stands out; the order stays, so that nothing moves away under a finger. */
export function TalkList({ talks, chosenId, onChoose }: TalkListProps) {
  const texts = useLiveTexts();
  const formats = useFormats();
  return (
    <ul className={own.talks} aria-label={texts.list}>
      {talks.map((talk) => (
        <li key={talk.sessionId}>
          <button
            type="button"
            className={own.talk}
            aria-pressed={talk.sessionId === chosenId}
            onClick={() => onChoose(talk.sessionId)}
          >
            <span className={own.name}>
              {talk.avatarName}
              <TalkState talk={talk} />
            </span>
            <span className={own.since}>{texts.since(formats.time(talk.startedAt))}</span>
            <span className={own.last}>
              {talk.lines.findLast(({ text }) => text !== '')?.text ?? texts.nothingSaid}
            </span>
          </button>
        </li>
      ))}
    </ul>
  );
}

export function TalkState({ talk }: { readonly talk: LiveTalk }) {
  const texts = useLiveTexts();
  if (talk.waitsSince !== null) {
    return (
      <Badge size="sm" variant="light" color="yellow">
        {texts.waits}
      </Badge>
    );
  }
  return (
    <Badge size="sm" variant="light" color={talk.answeredBy === 'operator' ? 'brand' : 'gray'}>
      {talk.answeredBy === 'operator' ? texts.byPeople : texts.byVoice}
    </Badge>
  );
}
