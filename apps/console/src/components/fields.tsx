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

/** A line of text in a form. */
export function TextField({ name, label, value, onChange, ...rest }: FieldProps<string> & Rest<TextInputProps>) {
  const error = useFault(name, label, value);
  return (
    <TextInput
      name={name}
      label={label}
      value={value}
      error={error}
      {...rest}
      withAsterisk={false}
      onChange={(event) => onChange(event.currentTarget.value)}
    />
  );
}

/** The address of something on the web, which a form cannot do without. */
export function UrlField(props: FieldProps<string> & Rest<TextInputProps>) {
  return <TextField type="url" placeholder="https://" required maxLength={LIMITS.characters.url} {...props} />;
}

/** A password, which can be shown. */
export function PasswordField({
  name,
  label,
  value,
  onChange,
  ...rest
}: FieldProps<string> & Rest<PasswordInputProps>) {
  const texts = useTexts();
  const error = useFault(name, label, value);
  return (
    <PasswordInput
      name={name}
      label={label}
      value={value}
      error={error}
      {...rest}
      withAsterisk={false}
      aria-invalid={error === null ? undefined : true}
      visibilityToggleFocusable
      visibilityToggleButtonProps={{ 'aria-label': texts.form.showPassword }}
      onChange={(event) => onChange(event.currentTarget.value)}
    />
  );
}

/** A line of text with suggestions. */
export function SuggestField({ name, label, value, onChange, ...rest }: FieldProps<string> & Rest<AutocompleteProps>) {
  const error = useFault(name, label, value);
  return (
    <Autocomplete
      name={name}
      label={label}
      value={value}
      error={error}
      onChange={onChange}
      {...rest}
      withAsterisk={false}
    />
  );
}

type LongTextProps = FieldProps<string> &
  Rest<TextareaProps> & {
    /** What the page itself finds wrong with it. */
    readonly fault?: string | null;
  };

/** A text of several lines, with how much of its room is taken where it has a `maxLength`. */
export function LongTextField({ name, label, value, onChange, fault = null, ...rest }: LongTextProps) {
  const texts = useTexts();
  const { number } = useFormats();
  const error = useFault(name, label, value) ?? fault;
  const { maxLength } = rest;
  const left = maxLength === undefined ? Number.POSITIVE_INFINITY : maxLength - value.length;
  const step = maxLength === undefined ? null : stepOfRoom(left, maxLength);
  const isNear = step !== null;
  // How much was left when the step was reached.
  const [told, setTold] = useState({ step, left });
  if (told.step !== step) setTold({ step, left });
  return (
    <div className={classes.long}>
      <Textarea
        name={name}
        label={label}
        value={value}
        error={error}
        {...rest}
        autosize
        withAsterisk={false}
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
export function NumberField({ name, label, value, onChange, range, ...rest }: NumberFieldProps) {
  const error = useFault(name, label, value);
  const [min, max] = range;
  return (
    <NumberInput
      name={name}
      label={label}
      value={value}
      error={error}
      min={min}
      max={max}
      onChange={onChange}
      {...rest}
      allowDecimal={false}
      withAsterisk={false}
    />
  );
}
