import { Alert, Button, Progress } from '@mantine/core';
import { LIMITS } from '@visavis/protocol';
import type { KnowledgeSource } from '@visavis/protocol/rest';
import { useState } from 'react';
import { documentsQuery } from '../../../api/ability-queries.ts';
import { request } from '../../../api/client.ts';
import { useChange } from '../../../api/queries.ts';
import classes from '../../../components/console.module.css';
import { UrlField } from '../../../components/fields.tsx';
import { EntryForm } from '../../../components/form.tsx';
import { Problem } from '../../../components/page.tsx';
import { useFileDrop } from '../../../components/use-file-drop.ts';
import { useAbilitiesTexts } from '../../../i18n/abilities-texts.ts';
import { useFormats } from '../../../i18n/language.tsx';
import own from './documents.module.css';
import { type SentDocument, useDocumentSending } from './use-document-sending.ts';

const KINDS = '.txt,.md,.markdown,.html,.htm,.pdf,text/plain,text/markdown,text/html,application/pdf';
/** Of one file. */
const MOST_MEGABYTES = LIMITS.bytes.knowledgeFile / 1_000_000;

/** Documents come as files, dropped or chosen, or by a link. */
export function DocumentAdding({ avatarPath }: { readonly avatarPath: string }) {
  const texts = useAbilitiesTexts().documents;
  const { number } = useFormats();
  const sending = useDocumentSending(avatarPath);
  const drop = useFileDrop(sending.choose);
  return (
    <div className={classes.stack}>
      <label className={own.drop} data-over={drop.isOver} {...drop.target}>
        <input
          type="file"
          className="visually-hidden"
          accept={KINDS}
          multiple
          aria-label={texts.drop}
          onChange={(event) => {
            sending.choose(event.currentTarget.files);
            // The same file again is a choice, too.
            event.currentTarget.value = '';
          }}
        />
        <strong>{texts.drop}</strong>
        <span>{texts.kinds(number(MOST_MEGABYTES))}</span>
      </label>
      {sending.files.map((file) => (
        <OnItsWay key={file.id} file={file} onDismiss={() => sending.dismiss(file.id)} />
      ))}
      <p className={own.said} role="status">
        {sending.last !== null && sending.files.length === 0 && texts.isThere(sending.last)}
      </p>
      <LinkForm avatarPath={avatarPath} />
    </div>
  );
}

function OnItsWay({ file, onDismiss }: { readonly file: SentDocument; readonly onDismiss: () => void }) {
  const texts = useAbilitiesTexts().documents;
  const { number } = useFormats();
  const { name, state, progress, error } = file;
  if (state !== 'refused') {
    return (
      <div className={own.sent}>
        <p className={classes.title}>{name}</p>
        <p className={classes.facts}>{texts.states[state]}</p>
        <Progress value={progress * 100} animated={state === 'reading'} aria-label={texts.sending(name)} />
      </div>
    );
  }
  return (
    <div className={own.sent}>
      <p className={classes.title}>{texts.refused(name)}</p>
      {error === null ? (
        <Alert color="red" variant="light" role="alert">
          {texts.tooLarge(number(MOST_MEGABYTES))}
        </Alert>
      ) : (
        <Problem error={error} />
      )}
      <Button variant="default" size="xs" onClick={onDismiss}>
        {texts.dismiss}
      </Button>
    </div>
  );
}

function LinkForm({ avatarPath }: { readonly avatarPath: string }) {
  const texts = useAbilitiesTexts().documents;
  const [url, setUrl] = useState('');
  const fetching = useChange(
    () => request<KnowledgeSource>('POST', `${avatarPath}/knowledge-links`, { url: url.trim() }),
    [documentsQuery(avatarPath).queryKey],
  );
  return (
    <>
      <EntryForm
        saving={fetching}
        action={texts.fetch}
        onSubmit={() => fetching.mutate(undefined, { onSuccess: () => setUrl('') })}
      >
        <UrlField name="url" label={texts.link} description={texts.linkHint} value={url} onChange={setUrl} />
      </EntryForm>
      <p className={own.said} role="status">
        {fetching.data !== undefined && texts.isThere(fetching.data.name)}
      </p>
    </>
  );
}
