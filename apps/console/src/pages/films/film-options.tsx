import { Input, Radio, SegmentedControl, Select, Slider } from '@mantine/core';
import { FILM_FORMATS, FILM_QUALITIES, FILM_SYNC_MODES } from '@visavis/protocol';
import classes from '../../components/console.module.css';
import type { FilmsTexts } from '../../i18n/en/films.ts';
import { useFilmsTexts } from '../../i18n/films-texts.ts';
import { useFormats } from '../../i18n/language.tsx';
import { type FilmWish, isOfClip } from './film-wish.ts';
import own from './new-film.module.css';
import type { PartProps } from './picture-part.tsx';
import { SegmentsField } from './segments-field.tsx';
import { SpeakerField } from './speaker-field.tsx';

type FilmOptionsProps = Pick<PartProps, 'wish' | 'onChange'> & {
  /** Stretches that cannot be are to be marked. */
  readonly isAsked: boolean;
};

/** How clip and sound become one film. */
export function FilmOptions({ wish, isAsked, onChange }: FilmOptionsProps) {
  const { form } = useFilmsTexts();
  return (
    <section className={classes.card} aria-labelledby="how">
      <div className={classes.stack}>
        <h2 id="how">{form.how}</h2>
        {isOfClip(wish) ? (
          <>
            <Input.Wrapper label={form.extent} labelElement="div">
              <SegmentedControl
                fullWidth
                aria-label={form.extent}
                data={(['all', 'parts'] as const).map((value) => ({ value, label: form.extents[value] }))}
                value={wish.extent}
                onChange={(value) => onChange({ extent: value === 'parts' ? 'parts' : 'all' })}
              />
            </Input.Wrapper>
            {wish.extent === 'parts' ? (
              <SegmentsField
                segments={wish.segments}
                isAsked={isAsked}
                onChange={(segments) => onChange({ segments })}
              />
            ) : (
              <SyncModes wish={wish} onChange={onChange} />
            )}
            <SpeakerField speaker={wish.speaker} onChange={(speaker) => onChange({ speaker })} />
            <OriginalVolume wish={wish} onChange={onChange} />
          </>
        ) : (
          <p className={classes.muted}>{form.noOptions}</p>
        )}
        <Output wish={wish} onChange={onChange} />
      </div>
    </section>
  );
}

function SyncModes({ wish, onChange }: Pick<PartProps, 'wish' | 'onChange'>) {
  const { form } = useFilmsTexts();
  return (
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
  );
}

function OriginalVolume({ wish, onChange }: Pick<PartProps, 'wish' | 'onChange'>) {
  const { form } = useFilmsTexts();
  const { number } = useFormats();
  const isFast = wish.extent === 'all' && wish.syncMode === 'remap';
  const label = (percent: number) => form.volumeAt(number(percent));
  return (
    <Input.Wrapper label={form.volume} labelElement="div" description={isFast ? form.volumeOfRemap : form.volumeHint}>
      <div className={own.slider}>
        <Slider
          thumbLabel={form.volume}
          min={0}
          max={100}
          step={5}
          disabled={isFast}
          label={label}
          value={isFast ? 0 : wish.originalVolume * 100}
          onChange={(percent) => onChange({ originalVolume: percent / 100 })}
        />
        <span>{label(isFast ? 0 : Math.round(wish.originalVolume * 100))}</span>
      </div>
    </Input.Wrapper>
  );
}

/** Of films of clips, photos and avatars alike. */
const heightsPx = [360, 480, 720, 1080];
/** A size that is none of them, of a film that is done again. */
const AS_ORDERED = 'as-ordered';

function orderedSize({ widthPx, heightPx }: FilmWish, { heightOf, widthOf, sizeOf }: FilmsTexts['form']): string {
  if (widthPx === null) return heightOf(String(heightPx));
  return heightPx === null ? widthOf(String(widthPx)) : sizeOf(String(widthPx), String(heightPx));
}

function Output({ wish, onChange }: Pick<PartProps, 'wish' | 'onChange'>) {
  const { form } = useFilmsTexts();
  const { widthPx, heightPx, format, quality } = wish;
  const isOrdered = widthPx !== null || (heightPx !== null && !heightsPx.includes(heightPx));
  return (
    <div className={classes.split}>
      <Select
        label={form.height}
        data={[
          { value: '', label: form.ownHeight },
          ...heightsPx.map((value) => ({ value: String(value), label: form.heightOf(String(value)) })),
          ...(isOrdered ? [{ value: AS_ORDERED, label: orderedSize(wish, form) }] : []),
        ]}
        value={isOrdered ? AS_ORDERED : String(heightPx ?? '')}
        allowDeselect={false}
        onChange={(chosen) => {
          if (chosen !== AS_ORDERED) onChange({ widthPx: null, heightPx: chosen ? Number(chosen) : null });
        }}
      />
      <Select
        label={form.format}
        data={FILM_FORMATS.map((value) => ({ value, label: form.formats[value] }))}
        value={format}
        allowDeselect={false}
        onChange={(chosen) => onChange({ format: FILM_FORMATS.find((known) => known === chosen) ?? 'mp4' })}
      />
      <Select
        label={form.quality}
        data={FILM_QUALITIES.toReversed().map((value) => ({ value, label: form.qualities[value] }))}
        value={quality}
        allowDeselect={false}
        onChange={(chosen) => onChange({ quality: FILM_QUALITIES.find((known) => known === chosen) ?? 'high' })}
      />
    </div>
  );
}
