import { Button, Slider } from '@mantine/core';
import { type KeyboardEvent, type MouseEvent, useRef, useState } from 'react';
import classes from '../../components/console.module.css';
import { useFilmsTexts } from '../../i18n/films-texts.ts';
import { useFormats } from '../../i18n/language.tsx';
import type { FilmWish } from './film-wish.ts';
import own from './new-film.module.css';
import { useSpeakerWords } from './speaker-field.tsx';

type Place = Extract<FilmWish['speaker'], object>;
type Size = { readonly widthPx: number; readonly heightPx: number };

/** Of the picture, for one press of an arrow key. */
const step = 1 / 50;
/** Of the clip, for one press of an arrow key. */
const stepS = 0.1;

type SpeakerMarkProps = {
  readonly address: string;
  readonly speaker: FilmWish['speaker'];
  readonly onChange: (speaker: FilmWish['speaker']) => void;
};

/** A picture of a clip, in which one marks the face that speaks. */
export function SpeakerMark({ address, speaker, onChange }: SpeakerMarkProps) {
  const { form, player } = useFilmsTexts();
  const video = useRef<HTMLVideoElement>(null);
  const marked = speaker === 'auto' ? null : speaker;
  const [size, setSize] = useState<Size | null>(null);
  const [lengthS, setLengthS] = useState(0);
  const [atMs, setAtMs] = useState(marked?.timeMs ?? 0);
  const [isBroken, setBroken] = useState(false);
  const told = useSpeakerWords()(speaker);
  // In another picture of the clip the face is elsewhere.
  const shown = marked !== null && (marked.timeMs ?? 0) === atMs ? marked : null;

  const place = (across: number, down: number) => {
    if (size !== null) onChange({ ...placeAt(size, across, down), ...(atMs === 0 ? {} : { timeMs: atMs }) });
  };
  const click = ({ currentTarget, clientX, clientY, detail }: MouseEvent<HTMLButtonElement>) => {
    // Of a key: the mark stands in the middle first.
    if (detail === 0) return shown === null ? place(0.5, 0.5) : undefined;
    const box = currentTarget.getBoundingClientRect();
    place((clientX - box.left) / box.width, (clientY - box.top) / box.height);
  };
  const move = (event: KeyboardEvent) => {
    const [across, down] = movements[event.key] ?? [0, 0];
    if (size === null || (across === 0 && down === 0)) return;
    event.preventDefault();
    const from = shown ?? placeAt(size, 0.5, 0.5);
    place(from.x / size.widthPx + across * step, from.y / size.heightPx + down * step);
  };
  const seek = (seconds: number) => {
    if (video.current !== null) video.current.currentTime = seconds;
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
          ref={video}
          className={own.previewVideo}
          src={address}
          muted
          playsInline
          preload="auto"
          onLoadedMetadata={({ currentTarget: { videoWidth, videoHeight, duration } }) => {
            if (videoWidth > 0) setSize({ widthPx: videoWidth, heightPx: videoHeight });
            setLengthS(Number.isFinite(duration) ? duration : 0);
            seek(atMs / 1000);
          }}
          onError={() => setBroken(true)}
        />
        {shown !== null && size !== null && (
          <span
            className={own.mark}
            style={{ left: `${(100 * shown.x) / size.widthPx}%`, top: `${(100 * shown.y) / size.heightPx}%` }}
          />
        )}
      </button>
      <figcaption>
        {lengthS > stepS && (
          <PictureTime
            atS={atMs / 1000}
            // Of the last picture nothing may be shown.
            lastS={Math.floor((lengthS - stepS / 2) / stepS) * stepS}
            onChange={(seconds) => {
              setAtMs(Math.round(seconds * 1000));
              seek(seconds);
            }}
          />
        )}
        <span>
          <strong>{form.speaker}</strong> <span role="status">{told}</span>
        </span>
        <span>{form.speakerHint}</span>
        {marked !== null && (
          <Button variant="default" size="compact-sm" onClick={() => onChange(null)}>
            {form.speakerClear}
          </Button>
        )}
      </figcaption>
    </figure>
  );
}

type PictureTimeProps = {
  readonly atS: number;
  readonly lastS: number;
  readonly onChange: (seconds: number) => void;
};

function PictureTime({ atS, lastS, onChange }: PictureTimeProps) {
  const { form } = useFilmsTexts();
  const { fixed } = useFormats();
  return (
    <div className={`${own.slider} ${own.pictureTime}`}>
      <Slider
        thumbLabel={form.pictureTime}
        min={0}
        max={lastS}
        step={stepS}
        label={null}
        value={atS}
        onChange={onChange}
      />
      <span>{form.pictureAt(fixed(atS, 1))}</span>
    </div>
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
