import { Button, Modal, Textarea } from '@mantine/core';
import { LIMITS } from '@visavis/protocol';
import type { Snippets } from '@visavis/protocol/rest';
import { useEffect, useState } from 'react';
import { request } from '../../api/client.ts';
import { snippetsQuery, useChange } from '../../api/queries.ts';
import classes from '../../components/console.module.css';
import { Problem } from '../../components/page.tsx';
import { useTexts } from '../../i18n/language.tsx';
import { useLiveTexts } from '../../i18n/live-texts.ts';
import { snippetsIn } from './snippets-in.ts';

type SnippetEditorProps = {
  readonly projectId: string;
  readonly snippets: readonly string[];
  readonly opened: boolean;
  readonly onClose: () => void;
};

export function SnippetEditor({ projectId, snippets, opened, onClose }: SnippetEditorProps) {
  const { common } = useTexts();
  const texts = useLiveTexts();
  const [text, setText] = useState('');
  // biome-ignore lint/correctness/useExhaustiveDependencies: what is being written stays, whatever others save meanwhile.
  useEffect(() => {
    if (opened) setText(snippets.join('\n'));
  }, [opened]);
  const save = useChange(
    (given: readonly string[]) => request<Snippets>('PUT', `/projects/${projectId}/snippets`, { snippets: given }),
    [snippetsQuery(projectId).queryKey],
  );
  return (
    <Modal
      opened={opened}
      onClose={onClose}
      centered
      lockScroll={false}
      title={texts.snippets}
      closeButtonProps={{ 'aria-label': common.close }}
    >
      <div className={classes.stack}>
        <p>{texts.noSnippets}</p>
        <Problem error={save.error} />
        <Textarea
          label={texts.snippetsField}
          description={texts.snippetsHint}
          autosize
          minRows={5}
          maxRows={12}
          maxLength={LIMITS.counts.snippets * LIMITS.characters.snippet}
          value={text}
          onChange={(event) => setText(event.currentTarget.value)}
        />
        <div className={classes.actions}>
          <Button loading={save.isPending} onClick={() => save.mutate(snippetsIn(text), { onSuccess: onClose })}>
            {texts.save}
          </Button>
          <Button variant="default" onClick={onClose}>
            {common.cancel}
          </Button>
        </div>
      </div>
    </Modal>
  );
}
