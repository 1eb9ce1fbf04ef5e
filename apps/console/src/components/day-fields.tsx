import { TextInput } from '@mantine/core';

/** Days like `2026-01-31`, both included; empty: no bound. */
type Days = { readonly from: string; readonly to: string };

type DayFieldsProps = {
  readonly value: Days;
  readonly labels: Days;
  readonly error?: string | null;
  readonly onChange: (part: Partial<Days>) => void;
};

/** A first and a last day. */
export function DayFields({ value: { from, to }, labels, error = null, onChange }: DayFieldsProps) {
  return (
    <>
      <TextInput
        label={labels.from}
        type="date"
        max={to || undefined}
        value={from}
        error={error}
        onChange={(event) => onChange({ from: event.currentTarget.value })}
      />
      <TextInput
        label={labels.to}
        type="date"
        min={from || undefined}
        value={to}
        onChange={(event) => onChange({ to: event.currentTarget.value })}
      />
    </>
  );
}
