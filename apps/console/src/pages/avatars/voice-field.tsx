import { ActionIcon, Button, Input } from '@mantine/core';
import { LIMITS } from '@visavis/protocol';
import { useId, useState } from 'react';
import { TextField } from '../../components/fields.tsx';
import { ChevronIcon, SpeakerIcon, StopIcon } from '../../components/icons.tsx';
import { Problem } from '../../components/page.tsx';
import { useTexts } from '../../i18n/language.tsx';
import { useVoiceSample } from './use-sound.ts';
import { useVoicesOf, useVoiceWords } from './use-voices.ts';
import own from './voice-field.module.css';
import { voiceRows } from './voice-rows.ts';

type VoiceFieldProps = {
  /** Null: that of new avatars. */
  readonly provider: string | null;
  /** It may be left to speak with the usual voice; so may that of new avatars. */
  readonly isOptional?: boolean;
  readonly language: string;
  /** What the avatar calls it; empty: the usual one, where there is one. */
  readonly voice: string;
  /** What a sample says; empty: a sentence of the server's. */
  readonly sampleText: string;
  readonly onChange: (voice: string) => void;
};

/** The voice by its human name; opened, all voices of the provider with gender, language and a sample of each. */
export function VoiceField(props: VoiceFieldProps) {
  const texts = useTexts();
  const { labelOf } = useVoiceWords();
  const [isOpen, setOpen] = useState(false);
  const described = useVoicesOf(props.provider);
  const [labelId, listId] = [useId(), useId()];
  if (described === undefined) {
    return (
      <TextField
        name="voice"
        label={texts.avatars.voice}
        required={!isOptional(props)}
        placeholder={isOptional(props) ? texts.avatars.anyVoice : ''}
        maxLength={LIMITS.characters.word}
        value={props.voice}
        onChange={props.onChange}
      />
    );
  }
  const chosen = described.voices.find(({ voice }) => voice === props.voice) ?? null;
  const label = props.voice === '' ? texts.avatars.anyVoice : labelOf(chosen, props.voice);
  return (
    <div className={own.field}>
      <Input.Label labelElement="div" id={labelId}>
        {texts.avatars.voice}
      </Input.Label>
      <Button
        variant="default"
        justify="space-between"
        fullWidth
        classNames={{ label: own.chosen ?? '' }}
        rightSection={<ChevronIcon size={16} />}
        aria-expanded={isOpen}
        aria-controls={listId}
        aria-label={texts.common.labelled(texts.avatars.voice, label)}
        onClick={() => setOpen(!isOpen)}
      >
        {label}
      </Button>
      <div id={listId} hidden={!isOpen}>
        {isOpen && <VoiceList {...props} labelId={labelId} />}
      </div>
    </div>
  );
}

function isOptional({ provider, isOptional: given = provider === null }: VoiceFieldProps): boolean {
  return given;
}

function VoiceList(props: VoiceFieldProps & { readonly labelId: string }) {
  const { provider, language, voice, sampleText, onChange, labelId } = props;
  const texts = useTexts();
  const { factsOf } = useVoiceWords();
  const described = useVoicesOf(provider);
  const { playing, waiting, error, listen, stop } = useVoiceSample();
  const group = useId();
  if (described === undefined) return null;
  const { hasSamples, takesOtherNames } = described;
  const hear = (name: string) =>
    playing === name ? stop() : listen({ voice: name, provider: described.provider, language, text: sampleText });
  return (
    <>
      <div className={own.list} role="radiogroup" aria-labelledby={labelId}>
        {voiceRows(described, voice, isOptional(props)).map((row) => (
          <div key={row.voice} className={own.row} data-chosen={row.isChosen}>
            <label className={own.choice}>
              <input type="radio" name={group} checked={row.isChosen} onChange={() => onChange(row.voice)} />
              <span>
                <strong>{row.voice === '' ? texts.avatars.anyVoice : (row.described?.name ?? row.voice)}</strong>
                {row.described !== null && <span>{factsOf(row.described)}</span>}
              </span>
            </label>
            {hasSamples && row.voice !== '' && (
              <ActionIcon
                variant="subtle"
                size={34}
                loading={waiting === row.voice}
                aria-label={texts.common.labelled(
                  playing === row.voice ? texts.avatars.stopListening : texts.avatars.listen,
                  row.described?.name ?? row.voice,
                )}
                onClick={() => hear(row.voice)}
              >
                {playing === row.voice ? <StopIcon size={18} /> : <SpeakerIcon size={18} />}
              </ActionIcon>
            )}
          </div>
        ))}
      </div>
      <Problem error={error} />
      {takesOtherNames && (
        <TextField
          name="voice"
          size="xs"
          label={texts.voices.other}
          maxLength={LIMITS.characters.word}
          value={voice}
          onChange={onChange}
        />
      )}
    </>
  );
}
