import { Badge } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import type { KnowledgeSource } from '@visavis/protocol/rest';
import { useState } from 'react';
import { documentsQuery } from '../../../api/ability-queries.ts';
import { request } from '../../../api/client.ts';
import { useChange } from '../../../api/queries.ts';
import { useMay } from '../../../app/role.tsx';
import { Confirm } from '../../../components/confirm.tsx';
import classes from '../../../components/console.module.css';
import { DeleteButton } from '../../../components/delete-button.tsx';
import { Loaded } from '../../../components/page.tsx';
import { useAbilitiesTexts } from '../../../i18n/abilities-texts.ts';
import { useFormats, useTexts } from '../../../i18n/language.tsx';
import { DocumentAdding } from './document-adding.tsx';
import { DocumentSearch } from './document-search.tsx';

/** What an avatar looks things up in: files and pages, each kept as it comes, and what would be found in them. */
export function Documents({ avatarPath }: { readonly avatarPath: string }) {
  const texts = useAbilitiesTexts().documents;
  const { common } = useTexts();
  const mayChange = useMay('editor');
  const documents = useQuery(documentsQuery(avatarPath));
  const [doomed, setDoomed] = useState<KnowledgeSource | null>(null);
  const remove = useChange(
    (id: string) => request('DELETE', `${avatarPath}/knowledge/${id}`),
    [documentsQuery(avatarPath).queryKey],
  );
  return (
    <section className={`${classes.card} ${classes.stack}`} aria-labelledby="documents">
      <h2 id="documents">{texts.title}</h2>
      <p className={classes.muted}>{texts.intro}</p>
      {mayChange && <DocumentAdding avatarPath={avatarPath} />}
      <Loaded of={documents} waiting={null}>
        {(all) =>
          all.length === 0 ? (
            <p className={classes.muted}>{texts.none}</p>
          ) : (
            <>
              <ul className={classes.list} aria-label={texts.list}>
                {all.map((document) => (
                  <Row key={document.sourceId} document={document} onDelete={() => setDoomed(document)} />
                ))}
              </ul>
              <DocumentSearch avatarPath={avatarPath} />
            </>
          )
        }
      </Loaded>
      <Confirm
        opened={doomed !== null}
        title={texts.deleteTitle}
        text={texts.deleteText(doomed?.name ?? '')}
        action={common.delete}
        change={remove}
        onClose={() => setDoomed(null)}
        onConfirm={() => doomed && remove.mutate(doomed.sourceId, { onSuccess: () => setDoomed(null) })}
      />
    </section>
  );
}

type RowProps = { readonly document: KnowledgeSource; readonly onDelete: () => void };

function Row({ document: { name, kind, url, pages, characters, passages, createdAt }, onDelete }: RowProps) {
  const texts = useAbilitiesTexts().documents;
  const { number, date } = useFormats();
  const mayChange = useMay('editor');
  return (
    <li className={classes.row}>
      <div>
        <p className={classes.title}>
          {url === null ? (
            name
          ) : (
            <a href={url} target="_blank" rel="noreferrer">
              {name}
            </a>
          )}
          <Badge variant="light">{texts.readyState}</Badge>
        </p>
        <p className={classes.facts}>
          <span>{texts.kindNames[kind]}</span>
          {pages !== null && <span>{texts.pages(number(pages))}</span>}
          <span>{texts.characters(number(characters))}</span>
          <span>{texts.passages(number(passages))}</span>
          <span>{texts.added(date(createdAt))}</span>
        </p>
      </div>
      {mayChange && <DeleteButton size="xs" name={name} onClick={onDelete} />}
    </li>
  );
}
