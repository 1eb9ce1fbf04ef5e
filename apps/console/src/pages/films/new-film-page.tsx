import { Button } from '@mantine/core';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { type FormEvent, useEffect, useEffectEvent, useRef, useState } from 'react';
import { filmsKey, orderFilm } from '../../api/film-queries.ts';
import { filmAddress, sectionAddress } from '../../app/addresses.ts';
import { Link } from '../../app/link.tsx';
import { navigate } from '../../app/router.ts';
import { FaultsProvider, focusFirstInvalid, useFaults } from '../../components/faults-context.tsx';
import { Page, Problem } from '../../components/page.tsx';
import { useFilmsTexts } from '../../i18n/films-texts.ts';
import { FilmEstimate } from './film-estimate.tsx';
import { FilmOptions } from './film-options.tsx';
import { FilmPreview } from './film-preview.tsx';
import { estimableOrder, type FilmWish, filesOf, missingOf, NO_WISH, orderOf, unmarked } from './film-wish.ts';
import { browserKeep } from './kept-files.ts';
import { keepWish, useKeptWish } from './kept-wish.ts';
import own from './new-film.module.css';
import { OrderKeys } from './order-keys.ts';
import { PicturePart } from './picture-part.tsx';
import { areOneFile } from './sent-files.ts';
import { percentOf } from './sizes.ts';
import { SoundPart } from './sound-part.tsx';
import { type FileSending, useFileSending } from './use-file-sending.ts';

/** The form that a film is ordered with. Files are sent as they are chosen; the order waits for them. */
export function NewFilmPage({ projectId }: { readonly projectId: string }) {
  const { form: texts, back } = useFilmsTexts();
  const [wish, change] = useKeptWish(projectId);
  const pictures = useFileSending({ projectId, use: 'picture' }, wish.pictureFile, (pictureFile) =>
    // A mark is of the clip before.
    change({ pictureFile, ...(areOneFile(pictureFile, wish.pictureFile) ? {} : { speaker: unmarked(wish.speaker) }) }),
  );
  const sounds = useFileSending({ projectId, use: 'sound' }, wish.soundFile, (soundFile) => change({ soundFile }));
  const recordings = useFileSending({ projectId, use: 'sound', keep: browserKeep }, wish.recording, (recording) =>
    change({ recording }),
  );
  const needed = neededSendings(wish, { pictures, sounds, recordings });
  const { form, faults, submit, ordering, isWaiting, isAsked, isHeld } = useOrder(projectId, wish, needed);
  const missing = isAsked ? missingOf(wish) : new Set<never>();
  const shared = { projectId, wish, missing, onChange: change };
  const startOver = () => {
    for (const sending of [pictures, sounds, recordings]) sending.remove();
    change(NO_WISH);
  };
  return (
    <Page title={texts.title} intro={<Link href={sectionAddress(projectId, 'films')}>{back}</Link>}>
      <p className={own.intro}>{texts.intro}</p>
      <form ref={form} className={own.form} noValidate onSubmit={submit}>
        <FaultsProvider handle={faults}>
          <div className={own.parts}>
            <PicturePart {...shared} file={pictures} />
            <SoundPart {...shared} file={sounds} recording={recordings} />
            <FilmOptions {...shared} isAsked={isAsked} />
          </div>
        </FaultsProvider>
        <aside className={own.aside} aria-label={texts.summary}>
          <FilmPreview {...shared} file={pictures} />
          <FilmEstimate projectId={projectId} order={areReady(needed) ? estimableOrder(wish) : null} />
          <Problem error={ordering.error} claimed={faults.claimed} />
          <p className={own.state} role="status">
            {isWaiting && texts.stillSending(progressOf(needed))}
            {isAsked && isHeld && texts.notSent}
          </p>
          <div className={own.buttons}>
            <Button variant="default" disabled={ordering.isPending} onClick={startOver}>
              {texts.startOver}
            </Button>
            <Button type="submit" loading={ordering.isPending || isWaiting}>
              {texts.order}
            </Button>
          </div>
        </aside>
      </form>
    </Page>
  );
}

type Sendings = Readonly<Record<'pictures' | 'sounds' | 'recordings', FileSending>>;

/** Those whose files the order needs. */
function neededSendings(wish: FilmWish, { pictures, sounds, recordings }: Sendings): readonly FileSending[] {
  const { picture, sound } = filesOf(wish);
  const ofSound = wish.soundFrom === 'record' ? recordings : sounds;
  return [...(picture === null ? [] : [pictures]), ...(sound === null ? [] : [ofSound])];
}

function areReady(sendings: readonly FileSending[]): boolean {
  // While another file is looked at, the one before it is still there.
  return sendings.every(({ sent, isChecking }) => sent?.isReady && !isChecking);
}

function progressOf(sendings: readonly FileSending[]): number {
  const sum = (numbers: readonly number[]) => numbers.reduce((total, one) => total + one, 0);
  const all = sendings.map(({ sent }) => sent?.bytes ?? 0);
  const done = sendings.map(({ sent, standing }) => (sent?.isReady ? sent.bytes : (standing?.sentBytes ?? 0)));
  return percentOf(sum(done), sum(all));
}

/** Checks the form, waits for its files, and orders. */
function useOrder(projectId: string, wish: FilmWish, needed: readonly FileSending[]) {
  const client = useQueryClient();
  const form = useRef<HTMLFormElement>(null);
  const [keys] = useState(() => new OrderKeys());
  const ordering = useMutation({
    mutationFn: (order: NonNullable<ReturnType<typeof orderOf>>) => orderFilm(projectId, order, keys.keyOf(order)),
    onSuccess: async ({ generationId }) => {
      keepWish(projectId, null);
      await client.invalidateQueries({ queryKey: filmsKey(projectId) });
      navigate(filmAddress(projectId, generationId), { replace: true });
    },
  });
  const faults = useFaults(form, ordering.error);
  const [isAsked, setAsked] = useState(false);
  const [isWaiting, setWaiting] = useState(false);
  const [refusals, setRefusals] = useState(0);
  const isReady = areReady(needed);
  const isHeld = needed.some(
    ({ sent, standing, isChecking }) => !sent?.isReady && !isChecking && standing?.phase !== 'sending',
  );

  useEffect(() => {
    if (refusals > 0) focusFirstInvalid(form.current);
  }, [refusals]);

  const order = useEffectEvent(() => {
    setWaiting(false);
    const asked = orderOf(wish);
    if (asked !== null) ordering.mutate(asked);
  });
  useEffect(() => {
    if (isWaiting && isReady) order();
    if (isWaiting && isHeld) setWaiting(false);
  }, [isWaiting, isReady, isHeld]);

  const submit = (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault();
    if (ordering.isPending || isWaiting) return;
    setAsked(true);
    const fits = faults.check(event.currentTarget);
    if (!fits || orderOf(wish) === null || isHeld) setRefusals((count) => count + 1);
    else setWaiting(true);
  };
  return { form, faults, submit, ordering, isWaiting, isAsked, isHeld };
}
