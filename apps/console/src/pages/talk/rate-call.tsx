import { Button, Textarea } from '@mantine/core';
import { LIMITS } from '@visavis/protocol';
import type { CallRating, VisavisCall } from '@visavis/sdk';
import { useState } from 'react';
import { ThumbIcon } from '../../components/icons.tsx';
import { useTalkTexts } from '../../i18n/talk-texts.ts';
import classes from './rate-call.module.css';

type Sent = 'no' | 'sending' | 'rated' | 'said' | 'failed';

/** Thumbs up or down, at once when pressed, and words to it for whoever likes to. */
export function RateCall({ call }: { readonly call: VisavisCall }) {
  const texts = useTalkTexts().rating;
  const [rating, setRating] = useState<CallRating | null>(null);
  const [words, setWords] = useState('');
  const [sent, setSent] = useState<Sent>('no');
  const send = (chosen: CallRating, done: Sent) => {
    setRating(chosen);
    setSent('sending');
    void call.rate(chosen, words.trim()).then((taken) => setSent(taken ? done : 'failed'));
  };
  return (
    <section className={classes.rating} aria-label={texts.question}>
      <div className={classes.thumbs}>
        <span>{texts.question}</span>
        {(['up', 'down'] as const).map((value) => (
          <button
            key={value}
            type="button"
            aria-label={texts[value]}
            title={texts[value]}
            aria-pressed={rating === value}
            disabled={sent === 'sending'}
            onClick={() => send(value, sent === 'said' ? 'said' : 'rated')}
          >
            <ThumbIcon size={20} isDown={value === 'down'} />
          </button>
        ))}
      </div>
      {rating !== null && (sent === 'rated' || sent === 'sending') && (
        <form
          className={classes.words}
          onSubmit={(event) => {
            event.preventDefault();
            send(rating, 'said');
          }}
        >
          <Textarea
            aria-label={texts.words}
            placeholder={texts.words}
            autosize
            minRows={1}
            maxRows={4}
            maxLength={LIMITS.characters.ratingText}
            value={words}
            onChange={(event) => setWords(event.currentTarget.value)}
          />
          <Button type="submit" variant="default" disabled={words.trim() === '' || sent === 'sending'}>
            {texts.send}
          </Button>
        </form>
      )}
      <p className={classes.thanks} role="status">
        {sent === 'failed' ? texts.failed : sent === 'rated' || sent === 'said' ? texts.thanks : ''}
      </p>
    </section>
  );
}
