import {
  createContext,
  type ReactNode,
  type RefObject,
  useCallback,
  useContext,
  useEffect,
  useMemo,
  useState,
} from 'react';
import { useServerTexts } from '../i18n/server-texts.ts';
import { type Faults, faultsOf, faultsOfFields, isCheckedField, noFaults } from './field-faults.ts';

type FormFaults = {
  readonly faults: Faults;
  /** Values of the sentence that the server refused with. */
  readonly error: Error | null;
  /** The field tells its faults itself, until what it gives is called. */
  readonly claim: (name: string) => () => void;
};

const FaultsContext = createContext<FormFaults>({ faults: noFaults, error: null, claim: () => () => undefined });

export type FaultsHandle = FormFaults & {
  /** Names of the fields that tell their faults themselves. */
  readonly claimed: ReadonlySet<string>;
  /** Looks at the fields of a form before it is sent; false when something is wrong, which is then told. */
  readonly check: (form: HTMLFormElement) => boolean;
};

export function focusFirstInvalid(form: HTMLFormElement | null): void {
  form?.querySelector<HTMLElement>('[aria-invalid="true"]')?.focus();
}

/** Faults of the fields of one form, from the browser before it is sent and from the server after. The first one gets the focus. */
export function useFaults(form: RefObject<HTMLFormElement | null>, error: Error | null): FaultsHandle {
  const [own, setOwn] = useState<Faults>(noFaults);
  const [claimed, setClaimed] = useState<ReadonlySet<string>>(new Set());
  const faults = useMemo(() => new Map([...faultsOf(error), ...own]), [error, own]);
  useEffect(() => {
    if (faults.size > 0) focusFirstInvalid(form.current);
  }, [form, faults]);
  const claim = useCallback((name: string) => {
    setClaimed((names) => new Set([...names, name]));
    return () => setClaimed((names) => new Set([...names].filter((other) => other !== name)));
  }, []);
  const check = useCallback((element: HTMLFormElement) => {
    const found = faultsOfFields([...element.elements].filter(isCheckedField));
    setOwn(found);
    return found.size === 0;
  }, []);
  return useMemo(() => ({ faults, error, claim, claimed, check }), [faults, error, claim, claimed, check]);
}

export function FaultsProvider({ handle, children }: { readonly handle: FaultsHandle; readonly children: ReactNode }) {
  return <FaultsContext value={handle}>{children}</FaultsContext>;
}

/** The sentence that a field shows below itself: what is wrong with the value as it was sent; null once it has another. */
export function useFault(name: string, label: string, value: unknown): string | null {
  const { faults, error, claim } = useContext(FaultsContext);
  const texts = useServerTexts();
  useEffect(() => claim(name), [claim, name]);
  const fault = faults.get(name) ?? null;
  const [judged, setJudged] = useState({ fault, value });
  if (judged.fault !== fault) setJudged({ fault, value });
  if (fault === null || !Object.is(judged.value, value)) return null;
  return texts.ofField(fault, label, error);
}
