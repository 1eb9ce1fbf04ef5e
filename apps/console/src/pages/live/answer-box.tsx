import { Button, Textarea } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { LIMITS } from '@visavis/protocol';
import { type KeyboardEvent, useRef, useState } from 'react';
import { request } from '../../api/client.ts';
import { snippetsQuery, useChange } from '../../api/queries.ts';
import { Problem } from '../../components/page.tsx';
import { useLiveTexts } from '../../i18n/live-texts.ts';
import own from './live-page.module.css';
import { SnippetEditor } from './snippet-editor.tsx';

type AnswerBoxProps = { readonly projectId: string; readonly path: string; readonly avatarName: string };

/** Where the answer is written, or chosen. A chosen one can be changed before it is sent. */
export function AnswerBox({ projectId, path, avatarName }: AnswerBoxProps) {
  const texts = useLiveTexts();
  const [text, setText] = useState('');
  const [isEditing, setIsEditing] = useState(false);
  const box = useRef<HTMLTextAreaElement>(null);
  const snippets = useQuery(snippetsQuery(projectId));
  const say = useChange((answer: string) => request('POST', `${path}/answers`, { text: answer }), []);
  const known = snippets.data?.snippets ?? [];
  const send = () => {
    if (text.trim() === '' || say.isPending) return;
    say.mutate(text, { onSuccess: () => setText('') });
  };
  const sendOnEnter = (event: KeyboardEvent) => {
    if (event.key !== 'Enter' || event.shiftKey || event.nativeEvent.isComposing) return;
    event.preventDefault();
    send();
  };
  const choose = (snippet: string) => {
    setText(snippet);
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
      <ul className={own.snippets} aria-label={texts.snippets}>
        {known.map((snippet) => (
          <li key={snippet}>
            <Button className={own.snippet ?? ''} variant="default" size="compact-sm" onClick={() => choose(snippet)}>
              {snippet}
            </Button>
          </li>
        ))}
        <li>
          <Button variant="subtle" size="compact-sm" onClick={() => setIsEditing(true)}>
            {texts.editSnippets}
          </Button>
        </li>
      </ul>
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
      <SnippetEditor projectId={projectId} snippets={known} opened={isEditing} onClose={() => setIsEditing(false)} />
    </form>
  );
}
