import { Alert, Button } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import type { Avatar, Generation } from '@visavis/protocol/rest';
import { useState } from 'react';
import { filmQuery } from '../../api/film-queries.ts';
import { avatarsQuery } from '../../api/queries.ts';
import { sectionAddress } from '../../app/addresses.ts';
import { Link } from '../../app/link.tsx';
import { useMay } from '../../app/role.tsx';
import { navigate } from '../../app/router.ts';
import classes from '../../components/console.module.css';
import { Loaded, Page } from '../../components/page.tsx';
import { failureOf, useFilmsTexts } from '../../i18n/films-texts.ts';
import { useTexts } from '../../i18n/language.tsx';
import { FilmFacts } from './film-facts.tsx';
import { steadyLink } from './film-links.ts';
import { FilmPicture } from './film-picture.tsx';
import { FilmPlayer } from './film-player.tsx';
import { type FilmQuestion, FilmQuestions } from './film-questions.tsx';
import { FilmStanding } from './film-standing.tsx';
import { isUnderWay, titleOf } from './film-words.ts';
import own from './films.module.css';
import { doAgain } from './use-film-actions.ts';

const pollMs = 1000;

type FilmPageProps = { readonly projectId: string; readonly generationId: string };

/** One film: how far it is, then the film itself beside what it was made of. */
export function FilmPage({ projectId, generationId }: FilmPageProps) {
  const film = useQuery({
    ...filmQuery(projectId, generationId),
    refetchInterval: ({ state }) => (state.data !== undefined && isUnderWay(state.data) ? pollMs : false),
    // Each answer has a new link, which would begin the player anew.
    refetchOnWindowFocus: false,
  });
  const avatars = useQuery(avatarsQuery(projectId)).data ?? [];
  return <Loaded of={film}>{(found) => <Film projectId={projectId} film={found} avatars={avatars} />}</Loaded>;
}

type FilmProps = { readonly projectId: string; readonly film: Generation; readonly avatars: readonly Avatar[] };

function Film({ projectId, film, avatars }: FilmProps) {
  const texts = useFilmsTexts();
  const title = titleOf(film, avatars, texts);
  const { sound, videoUrl, state } = film;
  return (
    <Page
      title={title}
      intro={<Link href={sectionAddress(projectId, 'films')}>{texts.back}</Link>}
      actions={<FilmActions projectId={projectId} film={film} />}
    >
      {videoUrl !== null && <FilmPlayer projectId={projectId} film={{ ...film, videoUrl }} avatars={avatars} />}
      {isUnderWay(film) && (
        <section className={own.making}>
          <FilmPicture film={film} avatars={avatars} />
          <FilmStanding film={film} title={title} />
        </section>
      )}
      {state === 'failed' && (
        <Alert color="red" variant="light" role="alert">
          {failureOf(film, texts)} {texts.free}
        </Alert>
      )}
      {state === 'cancelled' && <p className={classes.note}>{texts.stopped}</p>}
      <FilmFacts film={film} avatars={avatars} />
      {sound.text !== null && (
        <section className={classes.card} aria-labelledby="said">
          <h2 id="said">{texts.text}</h2>
          <p className={own.said}>{sound.text}</p>
        </section>
      )}
    </Page>
  );
}

function FilmActions({ projectId, film }: Omit<FilmProps, 'avatars'>) {
  const texts = useFilmsTexts();
  const { common } = useTexts();
  const mayChange = useMay('editor');
  const [asked, setAsked] = useState<FilmQuestion>(null);
  const { generationId, videoUrl } = film;
  return (
    <>
      {videoUrl !== null && (
        <Button component="a" href={steadyLink(generationId, videoUrl)} download>
          {texts.download}
        </Button>
      )}
      {mayChange && (
        <>
          <Button variant="default" title={texts.againHint} onClick={() => doAgain(projectId, film)}>
            {texts.again}
          </Button>
          {isUnderWay(film) ? (
            <Button variant="default" onClick={() => setAsked('stop')}>
              {texts.stop}
            </Button>
          ) : (
            <Button variant="subtle" color="red" onClick={() => setAsked('delete')}>
              {common.delete}
            </Button>
          )}
        </>
      )}
      <FilmQuestions
        projectId={projectId}
        film={film}
        asked={asked}
        onClose={() => setAsked(null)}
        onDeleted={() => navigate(sectionAddress(projectId, 'films'))}
      />
    </>
  );
}
