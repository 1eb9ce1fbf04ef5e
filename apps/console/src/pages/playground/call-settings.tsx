import { Button } from '@mantine/core';
import { LIMITS } from '@visavis/protocol';
import type { Avatar } from '@visavis/protocol/rest';
import { request } from '../../api/client.ts';
import { avatarQuery, avatarsQuery, useChange } from '../../api/queries.ts';
import { useMay } from '../../app/role.tsx';
import classes from '../../components/console.module.css';
import type { Draft } from '../../components/draft.ts';
import { LongTextField } from '../../components/fields.tsx';
import { Form } from '../../components/form.tsx';
import { useTexts } from '../../i18n/language.tsx';
import { LanguageField } from '../avatars/language-field.tsx';
import { VoiceField } from '../avatars/voice-field.tsx';
import { type CallValues, callValuesOf, changedValues } from './call-values.ts';

type CallSettingsProps = {
  readonly projectId: string;
  readonly avatar: Avatar;
  readonly draft: Draft<CallValues>;
  /** What the running call was given; null when none runs. */
  readonly inForce: CallValues | null;
  readonly onApply: () => void;
};

/** Settings beside the call: tried out in this call, kept in the avatar only when asked for. */
export function CallSettings({ projectId, avatar, draft, inForce, onApply }: CallSettingsProps) {
  const texts = useTexts();
  const mayChange = useMay('editor');
  const keep = useChange(
    (values: CallValues) =>
      request<Avatar>(
        'PATCH',
        `/projects/${projectId}/avatars/${avatar.avatarId}`,
        changedValues(callValuesOf(avatar), values),
      ),
    [avatarsQuery(projectId).queryKey, avatarQuery(projectId, avatar.avatarId).queryKey],
  );
  const apply = inForce !== null && (
    <Button disabled={Object.keys(changedValues(inForce, draft.values)).length === 0} onClick={onApply}>
      {texts.playground.apply}
    </Button>
  );
  return (
    <section className={`${classes.card} ${classes.stack}`} aria-label={texts.playground.callSettings}>
      <h2>{texts.playground.callSettings}</h2>
      <p className={classes.muted}>{texts.playground.callSettingsHint}</p>
      {avatar.isSystem || !mayChange ? (
        <>
          <CallFields draft={draft} provider={avatar.speaker?.provider ?? avatar.provider} />
          <div className={classes.actions}>{apply}</div>
        </>
      ) : (
        <Form draft={draft} saving={keep} action={texts.playground.keep} actions={apply} valuesOf={callValuesOf}>
          <CallFields draft={draft} provider={avatar.speaker?.provider ?? avatar.provider} />
        </Form>
      )}
    </section>
  );
}

type CallFieldsProps = { readonly draft: Draft<CallValues>; readonly provider: string };

function CallFields({ draft: { values, change }, provider }: CallFieldsProps) {
  const texts = useTexts();
  return (
    <>
      <VoiceField
        provider={provider}
        language={values.language}
        voice={values.voice}
        sampleText={values.firstMessage}
        onChange={(voice) => change({ voice })}
      />
      <LanguageField value={values.language} onChange={(language) => change({ language })} />
      <LongTextField
        name="prompt"
        label={texts.avatars.prompt}
        minRows={4}
        maxRows={10}
        maxLength={LIMITS.characters.prompt}
        value={values.prompt}
        onChange={(prompt) => change({ prompt })}
      />
      <LongTextField
        name="firstMessage"
        label={texts.avatars.firstMessage}
        description={texts.playground.firstMessageHint}
        minRows={2}
        maxRows={6}
        maxLength={LIMITS.characters.firstMessage}
        value={values.firstMessage}
        onChange={(firstMessage) => change({ firstMessage })}
      />
    </>
  );
}
