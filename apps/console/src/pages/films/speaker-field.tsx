import { Input, SegmentedControl } from '@mantine/core';
import { useFilmsTexts } from '../../i18n/films-texts.ts';
import { useFormats } from '../../i18n/language.tsx';
import type { FilmWish } from './film-wish.ts';
import own from './new-film.module.css';

type SpeakerFieldProps = {
  readonly speaker: FilmWish['speaker'];
  readonly onChange: (speaker: FilmWish['speaker']) => void;
};

/** Who of several speaks: the largest face, whoever talks in the clip, or the one that is marked in its picture. */
export function SpeakerField({ speaker, onChange }: SpeakerFieldProps) {
  const { form } = useFilmsTexts();
  const words = useSpeakerWords();
  const choice = speaker === null ? 'largest' : speaker === 'auto' ? 'auto' : 'marked';
  return (
    <Input.Wrapper label={form.speaker} labelElement="div" description={form.speakerHints[choice]}>
      <SegmentedControl
        fullWidth
        className={own.choice}
        aria-label={form.speaker}
        data={[
          { value: 'largest', label: form.speakers.largest },
          { value: 'auto', label: form.speakers.auto },
          // Made by a mark alone.
          ...(choice === 'marked' ? [{ value: 'marked', label: words(speaker) }] : []),
        ]}
        value={choice}
        onChange={(value) => {
          if (value !== 'marked') onChange(value === 'auto' ? 'auto' : null);
        }}
      />
    </Input.Wrapper>
  );
}

/** Who speaks, as people are told. */
export function useSpeakerWords(): (speaker: FilmWish['speaker']) => string {
  const { form } = useFilmsTexts();
  const { number, fixed } = useFormats();
  return (speaker) => {
    if (speaker === null) return form.speakers.largest;
    if (speaker === 'auto') return form.speakers.auto;
    const { x, y, timeMs = 0 } = speaker;
    if (timeMs === 0) return form.speakerAt(number(x), number(y));
    return form.speakerAtTime(number(x), number(y), fixed(timeMs / 1000, 1));
  };
}
