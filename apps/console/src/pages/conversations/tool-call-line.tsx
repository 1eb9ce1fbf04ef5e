import { Badge } from '@mantine/core';
import type { ToolCall } from '@visavis/protocol/rest';
import classes from '../../components/console.module.css';
import { useFormats, useTexts } from '../../i18n/language.tsx';
import { LineTime, seekUnlessMarking } from './line-time.tsx';
import own from './transcript-page.module.css';

type ToolCallLineProps = {
  readonly toolCall: ToolCall;
  /** Plays the film from this time of the talk; left out: there is none. */
  readonly onSeek?: (talkMs: number) => void;
};

/** A call of a tool: with what, what came of it, and how long that took. */
export function ToolCallLine({ toolCall, onSeek }: ToolCallLineProps) {
  const { conversations: texts } = useTexts();
  const formats = useFormats();
  const { name, argumentsJson, by, state, output, requestedAt, offsetMs, durationMs } = toolCall;
  return (
    <li
      className={own.message}
      data-role="tool"
      data-seeks={onSeek !== undefined}
      {...(onSeek && { onClick: () => seekUnlessMarking(onSeek, offsetMs) })}
    >
      <p className={classes.facts}>
        <span>{texts.roles.tool}</span>
        <LineTime at={requestedAt} offsetMs={offsetMs} isPlayed={onSeek !== undefined} />
        {durationMs !== null && <span>{texts.toolCall.took(formats.fixed(durationMs / 1000, 1))}</span>}
        {by !== null && <span>{texts.toolCall.byServer}</span>}
        {state !== 'answered' && (
          <Badge size="xs" variant="light" color="gray">
            {texts.toolCall.states[state]}
          </Badge>
        )}
      </p>
      <p className={classes.mono}>{name}</p>
      <dl className={own.tool}>
        <dt>{texts.toolCall.arguments}</dt>
        <dd className={classes.mono}>{argumentsJson}</dd>
        {output !== null && (
          <>
            <dt>{texts.toolCall.result}</dt>
            <dd className={classes.mono}>{output}</dd>
          </>
        )}
      </dl>
    </li>
  );
}
