import { ActionIcon, Badge, Menu } from '@mantine/core';
import type { Avatar, Generation } from '@visavis/protocol/rest';
import { useState } from 'react';
import { filmAddress } from '../../app/addresses.ts';
import { Link } from '../../app/link.tsx';
import { useMay } from '../../app/role.tsx';
import { MoreIcon, PlayIcon } from '../../components/icons.tsx';
import { failureOf, useFilmsTexts } from '../../i18n/films-texts.ts';
import { useFormats, useTexts } from '../../i18n/language.tsx';
import { steadyLink } from './film-links.ts';
import { FilmPicture } from './film-picture.tsx';
import { type FilmQuestion, FilmQuestions } from './film-questions.tsx';
import { FilmStanding } from './film-standing.tsx';
import { isUnderWay, titleOf } from './film-words.ts';
import own from './films.module.css';
import { doAgain } from './use-film-actions.ts';

type FilmCardProps = {
  readonly projectId: string;
  readonly film: Generation;
  readonly avatars: readonly Avatar[];
};

/** A film in the list: a still of it, how far it is, what it cost. */
export function FilmCard({ projectId, film, avatars }: FilmCardProps) {
  const texts = useFilmsTexts();
  const formats = useFormats();
  const title = titleOf(film, avatars, texts);
  const { generationId, state, seconds, points, createdAt } = film;
  return (
    <article className={own.card} data-state={state} aria-label={title}>
      <div className={own.frame}>
        <FilmPicture film={film} avatars={avatars} />
        {state === 'done' && (
          <span className={own.length}>
            <PlayIcon size={14} />
            {formats.clock(seconds * 1000)}
          </span>
        )}
        {(state === 'failed' || state === 'cancelled') && (
          <Badge className={own.badge ?? ''} variant="filled" data-state={state} color="red">
            {texts.states[state]}
          </Badge>
        )}
      </div>
      <div className={own.body}>
        <h2>
          <Link className={own.cover} href={filmAddress(projectId, generationId)}>
            {title}
          </Link>
        </h2>
        {isUnderWay(film) && <FilmStanding film={film} title={title} />}
        {state === 'failed' && <p className={own.reason}>{failureOf(film, texts)}</p>}
        <div className={own.foot}>
          <span>
            <time dateTime={createdAt}>{formats.dateTime(createdAt)}</time>
            {points > 0 && <> · {texts.points(formats.number(points, 1))}</>}
          </span>
          <FilmMenu projectId={projectId} film={film} title={title} />
        </div>
      </div>
    </article>
  );
}

/** What is done with a film now and then. */
function FilmMenu({ projectId, film, title }: Omit<FilmCardProps, 'avatars'> & { readonly title: string }) {
  const texts = useFilmsTexts();
  const { common } = useTexts();
  const mayChange = useMay('editor');
  const [asked, setAsked] = useState<FilmQuestion>(null);
  const { generationId, videoUrl } = film;
  if (!mayChange && videoUrl === null) return null;
  return (
    <>
      <Menu position="bottom-end" withinPortal>
        <Menu.Target>
          <ActionIcon className={own.menu ?? ''} variant="default" size={32} aria-label={texts.more(title)}>
            <MoreIcon size={18} />
          </ActionIcon>
        </Menu.Target>
        <Menu.Dropdown>
          {videoUrl !== null && (
            <Menu.Item component="a" href={steadyLink(generationId, videoUrl)} download>
              {texts.download}
            </Menu.Item>
          )}
          {mayChange && <Menu.Item onClick={() => doAgain(projectId, film)}>{texts.again}</Menu.Item>}
          {mayChange && isUnderWay(film) && <Menu.Item onClick={() => setAsked('stop')}>{texts.stop}</Menu.Item>}
          {mayChange && (
            <Menu.Item className={own.danger ?? ''} onClick={() => setAsked('delete')}>
              {common.delete}
            </Menu.Item>
          )}
        </Menu.Dropdown>
      </Menu>
      <FilmQuestions projectId={projectId} film={film} asked={asked} onClose={() => setAsked(null)} />
    </>
  );
}
