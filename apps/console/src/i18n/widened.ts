/** The shape of a dictionary: what every other language has to fill. */
export type Widened<Value> = Value extends string
  ? string
  : Value extends (...values: infer Values) => string
    ? (...values: Values) => string
    : { readonly [Name in keyof Value]: Widened<Value[Name]> };
