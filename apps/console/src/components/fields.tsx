import {
  Autocomplete,
  type AutocompleteProps,
  NumberInput,
  type NumberInputProps,
  PasswordInput,
  type PasswordInputProps,
  Textarea,
  type TextareaProps,
  TextInput,
  type TextInputProps,
} from '@mantine/core';
import { LIMITS } from '@visavis/protocol';
import { useState } from 'react';
import { useFormats, useTexts } from '../i18n/language.tsx';
import { stepOfRoom } from './announced.ts';
import { useFault } from './faults-context.tsx';
import classes from './fields.module.css';

type FieldProps<Value> = {
  /** What the field is called in the request: what the server says of it is shown here. */
  readonly name: string;
  /** What it is called on the page, also in the sentence that says what is wrong. */
  readonly label: string;
  readonly value: Value;
  readonly onChange: (value: Value) => void;
};

type Rest<Props> = Omit<Props, keyof FieldProps<unknown> | 'error' | 'withAsterisk'>;

/** What a field shows of itself, and what is wrong with it. */
function useField<Props extends Omit<FieldProps<unknown>, 'onChange'>>(props: Props) {
  const error = useFault(props.name, props.label, props.value);
  return { ...props, error, withAsterisk: false };
}

/** A line of text in a form. */
export function TextField({ onChange, ...props }: FieldProps<string> & Rest<TextInputProps>) {
  const field = useField(props);
  return <TextInput {...field} onChange={(event) => onChange(event.currentTarget.value)} />;
}

/** The address of something on the web, which a form cannot do without. */
export function UrlField(props: FieldProps<string> & Rest<TextInputProps>) {
  return <TextField type="url" placeholder="https://" required maxLength={LIMITS.characters.url} {...props} />;
}

/** A password, which can be shown. */
export function PasswordField({ onChange, ...props }: FieldProps<string> & Rest<PasswordInputProps>) {
  const texts = useTexts();
  const field = useField(props);
  return (
    <PasswordInput
      {...field}
      aria-invalid={field.error === null ? undefined : true}
      visibilityToggleFocusable
      visibilityToggleButtonProps={{ 'aria-label': texts.form.showPassword }}
      onChange={(event) => onChange(event.currentTarget.value)}
    />
  );
}

/** A line of text with suggestions. */
export function SuggestField(props: FieldProps<string> & Rest<AutocompleteProps>) {
  return <Autocomplete {...useField(props)} />;
}

type LongTextProps = FieldProps<string> &
  Rest<TextareaProps> & {
    /** What the page itself finds wrong with it. */
    readonly fault?: string | null;
  };

/** A text of several lines, with how much of its room is taken where it has a `maxLength`. */
export function LongTextField({ onChange, fault = null, ...props }: LongTextProps) {
  const texts = useTexts();
  const { number } = useFormats();
  const field = useField(props);
  const { value, maxLength } = field;
  const left = maxLength === undefined ? Number.POSITIVE_INFINITY : maxLength - value.length;
  const step = maxLength === undefined ? null : stepOfRoom(left, maxLength);
  const isNear = step !== null;
  // How much was left when the step was reached.
  const [told, setTold] = useState({ step, left });
  if (told.step !== step) setTold({ step, left });
  return (
    <div className={classes.long}>
      <Textarea
        {...field}
        error={field.error ?? fault}
        autosize
        onChange={(event) => onChange(event.currentTarget.value)}
      />
      {maxLength !== undefined && (
        <>
          <span className={classes.counter} data-near={isNear}>
            {isNear ? texts.form.left(number(left)) : `${number(value.length)} / ${number(maxLength)}`}
          </span>
          <span className="visually-hidden" role="status">
            {told.step !== null && texts.form.left(number(told.left))}
          </span>
        </>
      )}
    </div>
  );
}

type NumberFieldProps = FieldProps<number | string> &
  Rest<NumberInputProps> & {
    /** The least and the most. */
    readonly range: readonly [number, number];
  };

/** A whole number. */
export function NumberField({ range, ...props }: NumberFieldProps) {
  const field = useField(props);
  const [min, max] = range;
  return <NumberInput {...field} min={min} max={max} allowDecimal={false} />;
}
