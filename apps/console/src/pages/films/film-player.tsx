import { ActionIcon, SegmentedControl } from '@mantine/core';
import type { Avatar, Generation } from '@visavis/protocol/rest';
import { useState } from 'react';
import classes from '../../components/console.module.css';
import { PauseIcon, PlayIcon } from '../../components/icons.tsx';
import { useFilmsTexts } from '../../i18n/films-texts.ts';
import { useFormats } from '../../i18n/language.tsx';
import { steadyLink } from './film-links.ts';
import { OriginalPicture, originalOf } from './original-picture.tsx';
import own from './player.module.css';
import { usePlayer } from './use-player.ts';

type FilmPlayerProps = {
  readonly projectId: string;
  readonly film: Generation & { readonly videoUrl: string };
  readonly avatars: readonly Avatar[];
};

type Heard = 'film' | 'original' | 'off';
const heardOnes: readonly Heard[] = ['film', 'original', 'off'];
const seekStepS = 0.1;

/** The film beside what it was made of, in step: one above the other where there is no room. */
export function FilmPlayer({ projectId, film, avatars }: FilmPlayerProps) {
  const { player: texts } = useFilmsTexts();
  const { clock } = useFormats();
  const original = originalOf(projectId, film, avatars);
  const player = usePlayer(film.options.syncMode ?? 'loop');
  const [heard, setHeard] = useState<Heard>('film');
  const [isFailed, setFailed] = useState(false);
  const place = texts.place(clock(player.atS * 1000), clock(player.filmS * 1000));
  return (
    <section className={own.player} aria-label={texts.together}>
      <div className={own.pictures}>
        <figure>
          <div className={own.picture}>
            <video
              {...player.filmEvents}
              ref={player.film}
              src={steadyLink(film.generationId, film.videoUrl)}
              aria-label={texts.film}
              playsInline
              preload="auto"
              muted={heard !== 'film'}
              onClick={player.toggle}
              onError={() => setFailed(true)}
            />
          </div>
          <figcaption>{texts.film}</figcaption>
        </figure>
        <figure>
          <OriginalPicture
            original={original}
            videoRef={player.original}
            isMuted={heard !== 'original'}
            onLoaded={player.onOriginalLoaded}
          />
          <figcaption>{texts.original}</figcaption>
        </figure>
      </div>
      {isFailed && (
        <p className={own.fault} role="alert">
          {texts.filmFailed}
        </p>
      )}
      <div className={own.bar}>
        <ActionIcon
          size={44}
          radius="xl"
          aria-label={player.isPlaying ? texts.pause : texts.play}
          onClick={player.toggle}
        >
          {player.isPlaying ? <PauseIcon /> : <PlayIcon />}
        </ActionIcon>
        <input
          className={own.seek}
          type="range"
          min={0}
          max={player.filmS || 1}
          step={seekStepS}
          value={player.atS}
          aria-label={texts.seek}
          aria-valuetext={place}
          onChange={(event) => player.seek(Number(event.currentTarget.value))}
        />
        <span className={own.time}>{`${clock(player.atS * 1000)} / ${clock(player.filmS * 1000)}`}</span>
        <div className={own.heard}>
          <span className={classes.muted} id="heard">
            {texts.sound}
          </span>
          <SegmentedControl
            size="xs"
            aria-labelledby="heard"
            data={heardOnes
              .filter((one) => one !== 'original' || original.kind === 'video')
              .map((value) => ({ value, label: texts.sounds[value] }))}
            value={heard}
            onChange={(value) => setHeard(heardOnes.find((known) => known === value) ?? 'film')}
          />
        </div>
      </div>
    </section>
  );
}
