import { Button } from '@mantine/core';
import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { FILM_DAYS } from '@visavis/protocol';
import { useState } from 'react';
import { filmsQuery } from '../../api/film-queries.ts';
import { avatarsQuery } from '../../api/queries.ts';
import { newFilmAddress } from '../../app/addresses.ts';
import { Link } from '../../app/link.tsx';
import { useMay } from '../../app/role.tsx';
import classes from '../../components/console.module.css';
import { FilmIcon } from '../../components/icons.tsx';
import { EmptyState, Loaded, Page } from '../../components/page.tsx';
import { Pager } from '../../components/pager.tsx';
import { Waiting } from '../../components/waiting.tsx';
import { useFilmsTexts } from '../../i18n/films-texts.ts';
import { FilmCard } from './film-card.tsx';
import { isUnderWay } from './film-words.ts';
import own from './films.module.css';

const pollMs = 1500;
const firstPage: readonly string[] = [''];

/** The films of a project, newest first. Those under way are asked for until they are over. */
export function FilmsPage({ projectId }: { readonly projectId: string }) {
  const texts = useFilmsTexts();
  const mayChange = useMay('editor');
  const [cursors, setCursors] = useState(firstPage);
  const avatars = useQuery(avatarsQuery(projectId)).data ?? [];
  const films = useQuery({
    ...filmsQuery(projectId, cursors.at(-1) ?? ''),
    placeholderData: keepPreviousData,
    refetchInterval: ({ state }) => (state.data?.items.some(isUnderWay) ? pollMs : false),
  });
  const make = mayChange && (
    <Button component={Link} href={newFilmAddress(projectId)}>
      {texts.make}
    </Button>
  );
  return (
    <Page title={texts.title} intro={mayChange ? texts.intro : texts.introViewer} actions={make}>
      <Loaded of={films} waiting={<Waiting cards={6} />}>
        {({ items, nextCursor }) =>
          items.length === 0 && cursors.length === 1 ? (
            <EmptyState title={texts.emptyTitle} text={mayChange ? texts.emptyText : texts.emptyViewer}>
              <span className={own.emptyIcon}>
                <FilmIcon size={44} />
              </span>
              {make}
            </EmptyState>
          ) : (
            <>
              <section className={own.grid} aria-label={texts.list}>
                {items.map((film) => (
                  <FilmCard key={film.generationId} projectId={projectId} film={film} avatars={avatars} />
                ))}
              </section>
              {(cursors.length > 1 || nextCursor !== null) && (
                <Pager
                  label={texts.list}
                  shown={texts.page(cursors.length)}
                  isBusy={films.isPlaceholderData}
                  onPrevious={cursors.length === 1 ? null : () => setCursors(cursors.slice(0, -1))}
                  onNext={
                    nextCursor === null || films.isPlaceholderData ? null : () => setCursors([...cursors, nextCursor])
                  }
                />
              )}
              <p className={classes.muted}>{texts.keptDays(FILM_DAYS)}</p>
            </>
          )
        }
      </Loaded>
    </Page>
  );
}
