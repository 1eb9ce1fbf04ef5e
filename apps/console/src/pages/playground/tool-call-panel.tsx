import { Button } from '@mantine/core';
import type { Avatar } from '@visavis/protocol/rest';
import type { ToolCall } from '@visavis/sdk';
import { useState, useSyncExternalStore } from 'react';
import classes from '../../components/console.module.css';
import { NoToolsNote } from '../../components/no-tools-note.tsx';
import { ToolAnswerField } from '../../components/tool-answer-field.tsx';
import { useFirstHourTexts } from '../../i18n/first-hour-texts.ts';
import type { PendingToolCalls } from './pending-tool-calls.ts';
import own from './tool-call-panel.module.css';

/** The calls that wait for an answer, oldest first. */
export function usePendingCalls(pending: PendingToolCalls): readonly ToolCall[] {
  return useSyncExternalStore(
    (listener) => pending.subscribe(listener),
    () => pending.calls,
  );
}

type ToolCallPanelProps = {
  readonly avatar: Avatar;
  readonly calls: readonly ToolCall[];
  readonly pending: PendingToolCalls;
};

/** The tools that the avatar has called, with their values, to be answered by hand. */
export function ToolCallPanel({ avatar, calls, pending }: ToolCallPanelProps) {
  const texts = useFirstHourTexts().toolCalls;
  const latest = calls.at(-1);
  const names = avatar.tools.map(({ name }) => String(name)).join(', ');
  return (
    <section className={`${classes.card} ${classes.stack} ${own.panel}`} aria-label={texts.title}>
      <h2>{texts.title}</h2>
      <p className={`${classes.muted} ${own.names}`}>{texts.intro(names)}</p>
      <NoToolsNote provider={avatar.provider} />
      <p className="visually-hidden" role="status">
        {latest && texts.asks(latest.name)}
      </p>
      {calls.map((call) => (
        <WaitingCall key={call.callId} call={call} pending={pending} />
      ))}
    </section>
  );
}

function WaitingCall({ call, pending }: { readonly call: ToolCall; readonly pending: PendingToolCalls }) {
  const texts = useFirstHourTexts().toolCalls;
  const [answer, setAnswer] = useState('');
  const { callId, name, arguments: values } = call;
  return (
    <form
      className={own.waiting}
      aria-label={name}
      onSubmit={(event) => {
        event.preventDefault();
        pending.answer(callId, answer);
      }}
    >
      <h3>{texts.asks(name)}</h3>
      <pre className={classes.code}>{JSON.stringify(values, null, 2)}</pre>
      <ToolAnswerField label={texts.answer} description={texts.answerHint} value={answer} onChange={setAnswer} />
      <div className={classes.actions}>
        <Button type="submit">{texts.send}</Button>
        <Button variant="default" onClick={() => pending.fail(callId, answer === '' ? texts.noReason : answer)}>
          {texts.sendError}
        </Button>
      </div>
      <p className={classes.muted}>{texts.late}</p>
    </form>
  );
}
