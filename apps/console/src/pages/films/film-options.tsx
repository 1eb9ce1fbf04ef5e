import { Radio } from '@mantine/core';
import { FILM_SYNC_MODES } from '@visavis/protocol';
import classes from '../../components/console.module.css';
import { useFilmsTexts } from '../../i18n/films-texts.ts';
import { isOfClip } from './film-wish.ts';
import own from './new-film.module.css';
import type { PartProps } from './picture-part.tsx';

/** How clip and sound become one film. */
export function FilmOptions({ wish, onChange }: Pick<PartProps, 'wish' | 'onChange'>) {
  const { form } = useFilmsTexts();
  return (
    <section className={classes.card} aria-labelledby="how">
      <div className={classes.stack}>
        <h2 id="how">{form.how}</h2>
        {isOfClip(wish) ? (
          <Radio.Group
            label={form.syncMode}
            value={wish.syncMode}
            onChange={(value) => onChange({ syncMode: FILM_SYNC_MODES.find((known) => known === value) ?? 'loop' })}
          >
            <div className={own.modes}>
              {FILM_SYNC_MODES.map((mode) => (
                <Radio key={mode} value={mode} label={form.syncModes[mode]} description={form.syncHints[mode]} />
              ))}
            </div>
          </Radio.Group>
        ) : (
          <p className={classes.muted}>{form.noOptions}</p>
        )}
      </div>
    </section>
  );
}
