import { Button, Modal } from '@mantine/core';
import { type FormEvent, type ReactNode, useEffect, useEffectEvent, useRef, useState } from 'react';
import { useMay } from '../app/role.tsx';
import { router, useIsAsking } from '../app/router.ts';
import { useTexts } from '../i18n/language.tsx';
import { useMembersTexts } from '../i18n/members-texts.ts';
import type { Draft } from './draft.ts';
import { FaultsProvider, focusFirstInvalid, useFaults } from './faults-context.tsx';
import classes from './form.module.css';
import { Problem } from './page.tsx';
import { answerSaveKey } from './save-key.ts';

/** The part of a mutation that a form needs. */
type Saving<Values, Answer> = {
  mutate(values: Values, options: { onSuccess(answer: Answer): void }): void;
  reset(): void;
  readonly isPending: boolean;
  readonly isSuccess: boolean;
  readonly error: Error | null;
};

type FormProps<Values extends object, Answer> = {
  readonly draft: Draft<Values>;
  readonly saving: Saving<Values, Answer>;
  readonly children: ReactNode;
  /** What the button says that sends it; *Save* when left out. */
  readonly action?: string;
  /** What is said afterwards; *Saved.* when left out. */
  readonly done?: string;
  /** Why it cannot be sent as it is; null when it can. */
  readonly fault?: string | null;
  /** The values as saved by then: those that were sent when left out. */
  readonly valuesOf?: (answer: Answer) => Values;
  readonly onSaved?: (answer: Answer) => void;
  /** Further buttons. */
  readonly actions?: ReactNode;
};

/**
 * The form of a page: its bar stays in sight, with *Save* and *Discard* while there are changes. Ctrl+S or Cmd+S saves.
 * Leaving with changes is asked about.
 */
export function Form<Values extends object, Answer>(props: FormProps<Values, Answer>) {
  const texts = useTexts();
  const { draft, saving, fault = null } = props;
  const mayChange = useMay('editor');
  const members = useMembersTexts();
  const canBeSent = mayChange && draft.isDirty && fault === null;
  const { form, submit, faults } = useForm(props, canBeSent);
  const said = saving.isSuccess ? (props.done ?? texts.common.saved) : '';
  return (
    <form ref={form} className={classes.form} noValidate onSubmit={submit}>
      <FaultsProvider handle={faults}>
        <fieldset className={classes.fields} disabled={!mayChange}>
          {props.children}
        </fieldset>
      </FaultsProvider>
      <div className={classes.bar} data-dirty={draft.isDirty}>
        <Problem error={saving.error} claimed={faults.claimed} />
        <div className={classes.row}>
          <span className={classes.state} data-fault={draft.isDirty && fault !== null} role="status">
            {mayChange ? (draft.isDirty ? (fault ?? texts.form.unsaved) : said) : members.viewerForm}
          </span>
          {props.actions}
          {mayChange && (
            <Button variant="default" disabled={!draft.isDirty || saving.isPending} onClick={draft.discard}>
              {texts.form.discard}
            </Button>
          )}
          <Button type="submit" disabled={!canBeSent} loading={saving.isPending}>
            {props.action ?? texts.common.save}
          </Button>
        </div>
      </div>
    </form>
  );
}

type FormDialogProps<Values extends object, Answer> = FormProps<Values, Answer> & {
  readonly title: string;
  readonly size?: string;
  readonly onClose: () => void;
  /** In place of closing, while it is being sent. */
  readonly onStop?: () => void;
  /** It makes something: it can be sent as it comes. */
  readonly isNew?: boolean;
  /** Whether all is there that it needs; fields that are `required` say so themselves. When not, `onIncomplete` marks it. */
  readonly isReady?: boolean;
  readonly onIncomplete?: () => void;
};

/** A form in a dialog. Closing it with changes is asked about; *Cancel* means it. */
export function FormDialog<Values extends object, Answer>(props: FormDialogProps<Values, Answer>) {
  const texts = useTexts();
  const isAsking = useIsAsking();
  const { draft, saving, onClose } = props;
  const close = () => {
    if (isAsking || saving.isPending) return;
    if (draft.isDirty) router.ask(onClose);
    else onClose();
  };
  return (
    <Modal
      opened
      onClose={close}
      title={props.title}
      size={props.size ?? 'md'}
      centered
      lockScroll={false}
      closeButtonProps={{ 'aria-label': texts.common.close }}
    >
      <DialogForm {...props} />
    </Modal>
  );
}

function DialogForm<Values extends object, Answer>(props: FormDialogProps<Values, Answer>) {
  const texts = useTexts();
  const { draft, saving, fault = null, isNew = false, isReady = true } = props;
  const canBeSent = fault === null && (isNew || draft.isDirty);
  const { form, submit, faults } = useForm(props, canBeSent, { isReady, onIncomplete: props.onIncomplete });
  return (
    <form ref={form} className={classes.form} noValidate onSubmit={submit}>
      <FaultsProvider handle={faults}>{props.children}</FaultsProvider>
      <Problem error={saving.error} claimed={faults.claimed} />
      <div className={classes.row}>
        {fault !== null && <span className={classes.state}>{fault}</span>}
        {/* What is being made may hold a secret that is shown once: the dialog stays for it. */}
        <Button
          variant="default"
          disabled={saving.isPending && props.onStop === undefined}
          onClick={saving.isPending && props.onStop ? props.onStop : props.onClose}
        >
          {texts.common.cancel}
        </Button>
        <Button type="submit" disabled={!canBeSent} loading={saving.isPending}>
          {props.action ?? texts.common.save}
        </Button>
      </div>
    </form>
  );
}

type EntryFormProps = {
  readonly saving: Pick<Saving<never, never>, 'isPending' | 'error'>;
  readonly action: string;
  readonly children: ReactNode;
  readonly onSubmit: () => void;
};

/** A form on the way in, which browsers fill by themselves, or one that can be sent as it comes: nothing of it is to be kept. */
export function EntryForm({ saving, action, children, onSubmit }: EntryFormProps) {
  const form = useRef<HTMLFormElement>(null);
  const faults = useFaults(form, saving.error);
  const send = (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault();
    if (!saving.isPending && faults.check(event.currentTarget)) onSubmit();
  };
  return (
    <form ref={form} className={classes.form} noValidate onSubmit={send}>
      <FaultsProvider handle={faults}>{children}</FaultsProvider>
      <Problem error={saving.error} claimed={faults.claimed} />
      <Button type="submit" loading={saving.isPending}>
        {action}
      </Button>
    </form>
  );
}

/** What every form does, in a dialog or not. */
function useForm<Values extends object, Answer>(
  props: FormProps<Values, Answer>,
  canBeSent: boolean,
  {
    isReady = true,
    onIncomplete,
  }: { readonly isReady?: boolean; readonly onIncomplete?: (() => void) | undefined } = {},
) {
  const { draft, saving } = props;
  const form = useRef<HTMLFormElement>(null);
  const faults = useFaults(form, saving.error);
  const release = useRef<() => void>(() => undefined);

  // biome-ignore lint/correctness/useExhaustiveDependencies: what was typed while another change was saved is kept anew.
  useEffect(() => {
    if (!draft.isDirty) return;
    release.current = router.keep();
    return () => release.current();
  }, [draft.isDirty, draft.saved]);

  const isDirty = useEffectEvent(() => draft.isDirty);
  useEffect(() => {
    const element = form.current;
    if (element === null) return;
    return answerSaveKey({
      isDialog: element.closest('[role="dialog"]') !== null,
      isDirty: () => isDirty(),
      hasFocus: () => element.contains(document.activeElement),
      save: () => element.requestSubmit(),
    });
  }, []);

  const forget = useEffectEvent(() => {
    if (saving.error !== null) saving.reset();
  });
  // What was refused is not what is there now.
  // biome-ignore lint/correctness/useExhaustiveDependencies: it is the change that counts.
  useEffect(() => forget(), [draft.values]);

  // Once what is missing is marked.
  const [refusals, setRefusals] = useState(0);
  useEffect(() => {
    if (refusals > 0) focusFirstInvalid(form.current);
  }, [refusals]);

  const submit = (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault();
    if (saving.isPending || !canBeSent) return;
    const fits = faults.check(event.currentTarget);
    if (!isReady) {
      onIncomplete?.();
      setRefusals((count) => count + 1);
    }
    if (!fits || !isReady) return;
    const sent = draft.values;
    saving.mutate(sent, {
      onSuccess: (answer) => {
        // Before anything leads away from here.
        release.current();
        draft.adopt(props.valuesOf?.(answer) ?? sent, sent);
        props.onSaved?.(answer);
      },
    });
  };
  return { form, submit, faults };
}
