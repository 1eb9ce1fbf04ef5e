/** Dates become text (ISO 8601, UTC); everything else stays. */
export type Wire<Value> = Value extends Date
  ? string
  : Value extends readonly (infer Item)[]
    ? Wire<Item>[]
    : Value extends object
      ? { -readonly [Key in keyof Value]: Wire<Value[Key]> }
      : Value;

export function toWire<Value extends object>(value: Value): Wire<Value> {
  const entries = Object.entries(value).map(([key, field]) => [
    key,
    field instanceof Date ? field.toISOString() : field,
  ]);
  return Object.fromEntries(entries) as Wire<Value>;
}
