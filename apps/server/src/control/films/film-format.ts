import type { FilmFormat } from '@visavis/protocol';
import type { FilmRequest } from '../../db/film-schema.ts';
import type { SignedLinks } from '../secrets/signed-links.ts';

/** What is needed of a film to name its file. */
export type NamedFilm = { readonly filmId: string; readonly request: Pick<FilmRequest, 'options'> };

export function formatOf({ options }: NamedFilm['request']): FilmFormat {
  return options.output?.format ?? 'mp4';
}

/** Path and query under which a film is served for six hours. */
export function filmPath(links: SignedLinks, { filmId, request }: NamedFilm): string {
  return `${pathOf({ filmId, request })}?${links.queryFor(filmId)}`;
}

/** The same in a message, which may come late: good for a day. */
export function filmPathInMessage(links: SignedLinks, film: NamedFilm): string {
  return `${pathOf(film)}?${links.messageQueryFor(film.filmId)}`;
}

function pathOf({ filmId, request }: NamedFilm): string {
  return `/films/${filmId}.${formatOf(request)}`;
}
