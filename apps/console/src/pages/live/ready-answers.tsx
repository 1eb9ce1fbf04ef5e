import { Button } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { snippetsQuery } from '../../api/queries.ts';
import { Problem } from '../../components/page.tsx';
import { useTexts } from '../../i18n/language.tsx';
import { useLiveTexts } from '../../i18n/live-texts.ts';
import own from './live-page.module.css';
import { SnippetEditor } from './snippet-editor.tsx';

type ReadyAnswersProps = { readonly projectId: string; readonly onChoose: (snippet: string) => void };

/** The project's ready answers. They can be edited only while it is known which there are: saving replaces all of them. */
export function ReadyAnswers({ projectId, onChoose }: ReadyAnswersProps) {
  const texts = useLiveTexts();
  const { common } = useTexts();
  const [isEditing, setIsEditing] = useState(false);
  const { data, error, isSuccess, isError, refetch } = useQuery(snippetsQuery(projectId));
  const known = data?.snippets ?? [];
  return (
    <>
      <Problem error={error} />
      <ul className={own.snippets} aria-label={texts.snippets}>
        {known.map((snippet) => (
          <li key={snippet}>
            <Button className={own.snippet ?? ''} variant="default" size="compact-sm" onClick={() => onChoose(snippet)}>
              {snippet}
            </Button>
          </li>
        ))}
        <li>
          <Button variant="subtle" size="compact-sm" disabled={!isSuccess} onClick={() => setIsEditing(true)}>
            {texts.editSnippets}
          </Button>
        </li>
        {isError && (
          <li>
            <Button variant="default" size="compact-sm" onClick={() => void refetch()}>
              {common.tryAgain}
            </Button>
          </li>
        )}
      </ul>
      <SnippetEditor projectId={projectId} snippets={known} opened={isEditing} onClose={() => setIsEditing(false)} />
    </>
  );
}
