import { shownName } from '@visavis/protocol';
import type { Avatar, Generation } from '@visavis/protocol/rest';
import type { ReactNode } from 'react';
import classes from '../../components/console.module.css';
import { useFilmsTexts } from '../../i18n/films-texts.ts';
import { useFormats } from '../../i18n/language.tsx';
import own from './films.module.css';
import { useSizes } from './sizes.ts';

/** What there is to know of a film in numbers. */
export function FilmFacts({ film, avatars }: { readonly film: Generation; readonly avatars: readonly Avatar[] }) {
  const texts = useFilmsTexts();
  const formats = useFormats();
  const { size } = useSizes();
  const { facts } = texts;
  const { state, seconds, widthPx, heightPx, bytes, points, picture, startedAt, finishedAt } = film;
  const avatar = avatars.find(({ avatarId }) => avatarId === picture.avatarId);
  const tookMs = startedAt === null || finishedAt === null ? null : Date.parse(finishedAt) - Date.parse(startedAt);
  const done: readonly (readonly [string, ReactNode])[] = [
    [facts.length, formats.clock(seconds * 1000)],
    [facts.size, texts.pixels(formats.number(widthPx), formats.number(heightPx))],
    [facts.file, size(bytes)],
    [facts.points, formats.number(points, 1)],
    ...(tookMs === null ? [] : [[facts.took, formats.clock(tookMs)] as const]),
  ];
  const all = [
    [facts.picture, avatar === undefined ? texts.kinds[picture.kind] : shownName(avatar.name)] as const,
    ...(state === 'done' ? done : []),
    [facts.ordered, formats.dateTime(film.createdAt)] as const,
  ];
  return (
    <dl className={`${classes.card} ${own.facts}`}>
      {all.map(([name, value]) => (
        <div key={name}>
          <dt>{name}</dt>
          <dd>{value}</dd>
        </div>
      ))}
    </dl>
  );
}
