import type { Generation } from '@visavis/protocol/rest';
import { Confirm } from '../../components/confirm.tsx';
import { toasts } from '../../components/toast-list.ts';
import { useFilmsTexts } from '../../i18n/films-texts.ts';
import { useTexts } from '../../i18n/language.tsx';
import { useFilmActions } from './use-film-actions.ts';

export type FilmQuestion = 'stop' | 'delete' | null;

type FilmQuestionsProps = {
  readonly projectId: string;
  readonly film: Generation;
  readonly asked: FilmQuestion;
  readonly onClose: () => void;
  readonly onDeleted?: () => void;
};

/** Asked before a film is stopped or deleted: neither can be undone. */
export function FilmQuestions({ projectId, film, asked, onClose, onDeleted }: FilmQuestionsProps) {
  const texts = useFilmsTexts();
  const { common } = useTexts();
  const { stop, remove } = useFilmActions(projectId, film);
  return (
    <>
      <Confirm
        opened={asked === 'stop'}
        title={texts.stopTitle}
        text={texts.stopText}
        action={texts.stopIt}
        change={stop}
        onClose={onClose}
        onConfirm={() => stop.mutate(undefined, { onSuccess: onClose })}
      />
      <Confirm
        opened={asked === 'delete'}
        title={texts.deleteTitle}
        text={texts.deleteText}
        action={common.delete}
        change={remove}
        onClose={onClose}
        onConfirm={() =>
          remove.mutate(undefined, {
            onSuccess: () => {
              toasts.show({ text: texts.deleted });
              onClose();
              onDeleted?.();
            },
          })
        }
      />
    </>
  );
}
