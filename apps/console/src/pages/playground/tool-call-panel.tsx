import { Button, Textarea } from '@mantine/core';
import { LIMITS } from '@visavis/protocol';
import type { Avatar } from '@visavis/protocol/rest';
import type { ToolCall } from '@visavis/sdk';
import { useState, useSyncExternalStore } from 'react';
import classes from '../../components/console.module.css';
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
  const names = avatar.tools.map(({ name }) => String(name)).join(', ');
  return (
    <section className={`${classes.card} ${classes.stack}`} aria-label={texts.title}>
      <h2>{texts.title}</h2>
      <p className={`${classes.muted} ${own.names}`}>{texts.intro(names)}</p>
      <div role="status" className={classes.stack}>
        {calls.map((call) => (
          <WaitingCall key={call.callId} call={call} pending={pending} />
        ))}
      </div>
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
      <Textarea
        label={texts.answer}
        description={texts.answerHint}
        autosize
        minRows={2}
        maxRows={8}
        maxLength={LIMITS.characters.toolResult}
        value={answer}
        onChange={(event) => setAnswer(event.currentTarget.value)}
      />
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
