import { Button } from '@mantine/core';
import { useMutation } from '@tanstack/react-query';
import type { DeletedConversations } from '@visavis/protocol/rest';
import { useState } from 'react';
import { request, requestFile } from '../../api/client.ts';
import { useChange } from '../../api/queries.ts';
import { useMay } from '../../app/role.tsx';
import { Confirm } from '../../components/confirm.tsx';
import { Problem } from '../../components/page.tsx';
import { saveFile } from '../../components/save-file.ts';
import type { Selection } from '../../components/selection.ts';
import { useTexts } from '../../i18n/language.tsx';
import own from './conversations-page.module.css';

type ChosenBarProps = {
  readonly projectId: string;
  readonly selection: Selection;
  /** All that were shown are gone. */
  readonly onEmptied: () => void;
};

/** What can be done with the conversations that are chosen. */
export function ChosenBar({ projectId, selection, onEmptied }: ChosenBarProps) {
  const { common, conversations: texts } = useTexts();
  const mayChange = useMay('editor');
  const [isDoomed, setIsDoomed] = useState(false);
  const path = `/projects/${projectId}/conversations`;
  const remove = useChange(
    (sessionIds: readonly string[]) => request<DeletedConversations>('POST', `${path}/delete`, { sessionIds }),
    [['conversations', projectId]],
  );
  const download = useMutation({
    mutationFn: async (format: 'json' | 'text') => {
      const file = await requestFile('POST', `${path}/export`, { sessionIds: selection.ids, format });
      saveFile(file, `conversations.${format === 'text' ? 'txt' : 'json'}`);
    },
  });
  const count = selection.ids.length;
  const done = remove.data;
  const confirm = () => {
    const isPage = selection.extent === 'all';
    remove.mutate(selection.ids, {
      onSuccess: ({ kept }) => {
        setIsDoomed(false);
        selection.clear();
        if (isPage && kept.length === 0) onEmptied();
      },
    });
  };
  return (
    <>
      {count > 0 && (
        <div className={own.chosen}>
          <span>{texts.chosen(count)}</span>
          <Button variant="default" size="xs" loading={download.isPending} onClick={() => download.mutate('text')}>
            {texts.exportText}
          </Button>
          <Button variant="default" size="xs" loading={download.isPending} onClick={() => download.mutate('json')}>
            {texts.exportJson}
          </Button>
          {mayChange && (
            <Button variant="subtle" color="red" size="xs" onClick={() => setIsDoomed(true)}>
              {common.delete}
            </Button>
          )}
          <Button variant="subtle" size="xs" onClick={selection.clear}>
            {texts.chooseNone}
          </Button>
        </div>
      )}
      <Problem error={download.error} />
      <p className={own.done} role="status">
        {done === undefined || count > 0 ? '' : texts.deleteChosenDone(done.deleted.length, done.kept.length)}
      </p>
      <Confirm
        opened={isDoomed}
        title={texts.deleteChosenTitle(count)}
        text={texts.deleteChosenText}
        action={common.delete}
        change={remove}
        onClose={() => setIsDoomed(false)}
        onConfirm={confirm}
      />
    </>
  );
}
