import { useMutation, useQueryClient } from '@tanstack/react-query';
import type { Generation } from '@visavis/protocol/rest';
import { cancelFilm, deleteFilm, filmQuery, filmsKey } from '../../api/film-queries.ts';
import { newFilmAddress } from '../../app/addresses.ts';
import { navigate } from '../../app/router.ts';
import { wishOf } from './film-wish.ts';
import { keepWish } from './kept-wish.ts';

/** What is done with a film. */
export function useFilmActions(projectId: string, { generationId }: Pick<Generation, 'generationId'>) {
  const client = useQueryClient();
  const refresh = () => client.invalidateQueries({ queryKey: filmsKey(projectId) });
  const stop = useMutation({
    mutationFn: () => cancelFilm(projectId, generationId),
    onSuccess: (film) => {
      client.setQueryData(filmQuery(projectId, generationId).queryKey, film);
      return refresh();
    },
  });
  const remove = useMutation({ mutationFn: () => deleteFilm(projectId, generationId), onSuccess: refresh });
  return { stop, remove };
}

/** Opens the form with the choices of a film. */
export function doAgain(projectId: string, film: Generation): void {
  keepWish(projectId, wishOf(film));
  navigate(newFilmAddress(projectId));
}
