type Given<Value> = { [Key in keyof Value]: Exclude<Value[Key], undefined> };

/** Without the fields that are undefined, so that what is left out stays as it is. */
export function given<Value extends object>(value: Value): Given<Value> {
  return Object.fromEntries(Object.entries(value).filter(([, field]) => field !== undefined)) as Given<Value>;
}
