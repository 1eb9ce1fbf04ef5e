import { useState } from 'react';

/** Values of a form: what is saved, and what was typed over it. */
export type DraftState<Values> = { readonly saved: Values; readonly values: Values };

export type Draft<Values> = {
  readonly saved: Values;
  readonly values: Values;
  /** Something differs from what is saved. */
  readonly isDirty: boolean;
  change(part: Partial<Values>): void;
  /** Back to what is saved. */
  discard(): void;
  /** `saved` came of `sent`; what was typed since then stays. */
  adopt(saved: Values, sent: Values): void;
};

/** The values of a form over what is saved. While nothing is typed, it follows what is saved elsewhere. */
export function useDraft<Values extends object>(saved: Values): Draft<Values> {
  const [state, setState] = useState<DraftState<Values>>({ saved, values: saved });
  const [followed, setFollowed] = useState(saved);
  if (!sameValues(saved, followed)) {
    setFollowed(saved);
    setState((current) => followSaved(current, saved));
  }
  return {
    ...state,
    isDirty: !sameValues(state.saved, state.values),
    change: (part) => setState(({ saved: kept, values }) => ({ saved: kept, values: { ...values, ...part } })),
    discard: () => setState(({ saved: kept }) => ({ saved: kept, values: kept })),
    adopt: (next, sent) => setState((current) => adoptSaved(current, next, sent)),
  };
}

/** What somebody else saved is shown where nothing was typed. */
export function followSaved<Values extends object>(
  { saved, values }: DraftState<Values>,
  next: Values,
): DraftState<Values> {
  return adoptSaved({ saved, values }, next, saved);
}

export function adoptSaved<Values extends object>(
  { values }: DraftState<Values>,
  next: Values,
  sent: Values,
): DraftState<Values> {
  const typedSince = Object.entries(values).filter(([name, value]) => !sameValue(value, Reflect.get(sent, name)));
  return { saved: next, values: { ...next, ...Object.fromEntries(typedSince) } };
}

export function sameValues(one: object, other: object): boolean {
  const names = new Set([...Object.keys(one), ...Object.keys(other)]);
  return [...names].every((name) => sameValue(Reflect.get(one, name), Reflect.get(other, name)));
}

/** Fields of numbers hold text while one types: `5` and `'5'` are the same; so are lists of the same values. */
function sameValue(one: unknown, other: unknown): boolean {
  if (Array.isArray(one) && Array.isArray(other)) return JSON.stringify(one) === JSON.stringify(other);
  if (typeof one === 'number' || typeof other === 'number') return String(one) === String(other);
  return Object.is(one, other);
}
