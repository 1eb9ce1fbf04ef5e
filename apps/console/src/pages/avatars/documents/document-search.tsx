import { Button, TextInput } from '@mantine/core';
import { useMutation } from '@tanstack/react-query';
import { LIMITS } from '@visavis/protocol';
import type { KnowledgeFound } from '@visavis/protocol/rest';
import { type FormEvent, useState } from 'react';
import { queryOf, request } from '../../../api/client.ts';
import classes from '../../../components/console.module.css';
import { Problem } from '../../../components/page.tsx';
import { usePlaces } from '../../../components/places.ts';
import { useAbilitiesTexts } from '../../../i18n/abilities-texts.ts';
import { useFormats } from '../../../i18n/language.tsx';
import own from './documents.module.css';

/** What the avatar would find for a question. */
export function DocumentSearch({ avatarPath }: { readonly avatarPath: string }) {
  const texts = useAbilitiesTexts().documents;
  const { number } = useFormats();
  const places = usePlaces();
  const [query, setQuery] = useState('');
  const search = useMutation({
    mutationFn: (asked: string) =>
      request<KnowledgeFound>('GET', `${avatarPath}/knowledge/search${queryOf({ query: asked })}`),
  });
  const submit = (event: FormEvent) => {
    event.preventDefault();
    if (query.trim() !== '' && !search.isPending) search.mutate(query.trim());
  };
  const found = search.data;
  return (
    <form className={classes.stack} aria-label={texts.searchTitle} onSubmit={submit}>
      <div className={own.search}>
        <TextInput
          type="search"
          label={texts.searchTitle}
          description={texts.searchHint}
          maxLength={LIMITS.characters.note}
          value={query}
          onChange={(event) => setQuery(event.currentTarget.value)}
        />
        <Button type="submit" variant="default" loading={search.isPending} disabled={query.trim() === ''}>
          {texts.search}
        </Button>
      </div>
      <Problem error={search.error} />
      <p className={own.said} role="status">
        {found !== undefined && (found.length === 0 ? texts.nothing : texts.found(number(found.length)))}
      </p>
      {found !== undefined && found.length > 0 && (
        <ol className={classes.list}>
          {found.map(({ source, page, part, text }) => (
            <li key={`${source} ${part}`} className={own.found}>
              <p className={classes.title}>{places.of({ source, page: page ?? null, part })}</p>
              <p className={own.passage}>{text}</p>
            </li>
          ))}
        </ol>
      )}
    </form>
  );
}
