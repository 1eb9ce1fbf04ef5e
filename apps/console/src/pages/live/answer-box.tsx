import { Button, Textarea } from '@mantine/core';
import { LIMITS } from '@visavis/protocol';
import { type KeyboardEvent, useRef, useState } from 'react';
import { request } from '../../api/client.ts';
import { useChange } from '../../api/queries.ts';
import { Problem } from '../../components/page.tsx';
import { useLiveTexts } from '../../i18n/live-texts.ts';
import { draftAgain, draftWith } from './draft-of-answer.ts';
import own from './live-page.module.css';
import { ReadyAnswers } from './ready-answers.tsx';

type AnswerBoxProps = { readonly projectId: string; readonly path: string; readonly avatarName: string };

/** Where the answer is written, or chosen. A chosen one can be changed before it is sent. */
export function AnswerBox({ projectId, path, avatarName }: AnswerBoxProps) {
  const texts = useLiveTexts();
  const [text, setText] = useState('');
  const box = useRef<HTMLTextAreaElement>(null);
  const say = useChange((answer: string) => request('POST', `${path}/answers`, { text: answer }), []);
  /** The box is free for the next answer at once. */
  const send = () => {
    if (text.trim() === '' || say.isPending) return;
    setText('');
    box.current?.focus();
    say.mutate(text, { onError: () => setText((draft) => draftAgain(text, draft)) });
  };
  const sendOnEnter = (event: KeyboardEvent) => {
    if (event.key !== 'Enter' || event.shiftKey || event.nativeEvent.isComposing) return;
    event.preventDefault();
    send();
  };
  const choose = (snippet: string) => {
    setText((draft) => draftWith(draft, snippet));
    box.current?.focus();
  };
  return (
    <form
      className={own.answer}
      onSubmit={(event) => {
        event.preventDefault();
        send();
      }}
    >
      <Problem error={say.error} />
      <ReadyAnswers projectId={projectId} onChoose={choose} />
      <div className={own.write}>
        <Textarea
          ref={box}
          className={own.box ?? ''}
          label={texts.answer(avatarName)}
          description={texts.answerHint}
          autosize
          minRows={1}
          maxRows={5}
          maxLength={LIMITS.characters.spokenText}
          value={text}
          onChange={(event) => setText(event.currentTarget.value)}
          onKeyDown={sendOnEnter}
        />
        <Button type="submit" loading={say.isPending} disabled={text.trim() === ''}>
          {texts.send}
        </Button>
      </div>
    </form>
  );
}
