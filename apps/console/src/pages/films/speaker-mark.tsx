import { Button } from '@mantine/core';
import { type KeyboardEvent, type MouseEvent, useState } from 'react';
import classes from '../../components/console.module.css';
import { useFilmsTexts } from '../../i18n/films-texts.ts';
import { useFormats } from '../../i18n/language.tsx';
import type { FilmWish } from './film-wish.ts';
import own from './new-film.module.css';

type Place = NonNullable<FilmWish['speaker']>;
type Size = { readonly widthPx: number; readonly heightPx: number };

/** Of the picture, for one press of an arrow key. */
const step = 1 / 50;

type SpeakerMarkProps = {
  readonly address: string;
  readonly speaker: Place | null;
  readonly onChange: (place: Place | null) => void;
};

/** The first picture of a clip, in which one marks the face that speaks. */
export function SpeakerMark({ address, speaker, onChange }: SpeakerMarkProps) {
  const { form, player } = useFilmsTexts();
  const { number } = useFormats();
  const [size, setSize] = useState<Size | null>(null);
  const [isBroken, setBroken] = useState(false);
  const told = speaker === null ? form.speakerNone : form.speakerAt(number(speaker.x), number(speaker.y));

  const click = ({ currentTarget, clientX, clientY, detail }: MouseEvent<HTMLButtonElement>) => {
    if (size === null) return;
    // Of a key: the mark stands in the middle first.
    if (detail === 0) return onChange(speaker ?? placeAt(size, 0.5, 0.5));
    const box = currentTarget.getBoundingClientRect();
    onChange(placeAt(size, (clientX - box.left) / box.width, (clientY - box.top) / box.height));
  };
  const move = (event: KeyboardEvent) => {
    const [across, down] = movements[event.key] ?? [0, 0];
    if (size === null || (across === 0 && down === 0)) return;
    event.preventDefault();
    const from = speaker ?? placeAt(size, 0.5, 0.5);
    onChange(placeAt(size, from.x / size.widthPx + across * step, from.y / size.heightPx + down * step));
  };

  if (isBroken) return <p className={`${own.previewPicture} ${own.nothing} ${classes.muted}`}>{player.unplayable}</p>;
  return (
    <figure className={own.preview}>
      <button
        type="button"
        className={own.markable}
        aria-label={`${form.speakerMark}. ${told}`}
        onClick={click}
        onKeyDown={move}
      >
        <video
          className={own.previewVideo}
          src={address}
          muted
          playsInline
          preload="metadata"
          onLoadedMetadata={({ currentTarget: { videoWidth, videoHeight } }) => {
            if (videoWidth > 0) setSize({ widthPx: videoWidth, heightPx: videoHeight });
          }}
          onError={() => setBroken(true)}
        />
        {speaker !== null && size !== null && (
          <span
            className={own.mark}
            style={{ left: `${(100 * speaker.x) / size.widthPx}%`, top: `${(100 * speaker.y) / size.heightPx}%` }}
          />
        )}
      </button>
      <figcaption>
        <strong>{form.speaker}</strong> <span role="status">{told}</span>
        <span>{form.speakerHint}</span>
        {speaker !== null && (
          <Button variant="default" size="compact-sm" onClick={() => onChange(null)}>
            {form.speakerClear}
          </Button>
        )}
      </figcaption>
    </figure>
  );
}

const movements: Readonly<Record<string, readonly [number, number]>> = {
  ArrowLeft: [-1, 0],
  ArrowRight: [1, 0],
  ArrowUp: [0, -1],
  ArrowDown: [0, 1],
};

/** Shares of the picture as a pixel inside it. */
export function placeAt({ widthPx, heightPx }: Size, across: number, down: number): Place {
  const inside = (share: number, sidePx: number) => Math.round(Math.min(Math.max(share, 0), 1) * (sidePx - 1));
  return { x: inside(across, widthPx), y: inside(down, heightPx) };
}
