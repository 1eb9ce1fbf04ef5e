import { Autocomplete, NumberInput, Switch, Textarea, TextInput } from '@mantine/core';
import { MODELS, VOICES } from '@visavis/protocol';
import type { Avatar } from '@visavis/protocol/rest';
import { request } from '../../api/client.ts';
import { avatarQuery, avatarsQuery, useChange } from '../../api/queries.ts';
import classes from '../../components/console.module.css';
import { useDraft } from '../../components/draft.ts';
import { Form } from '../../components/form.tsx';
import { useTexts } from '../../i18n/language.tsx';
import { type AvatarValues, changesOf, readTools, valuesOf } from './avatar-values.ts';
import { VoiceSample } from './voice-sample.tsx';

type AvatarFormProps = { readonly projectId: string; readonly avatar: Avatar };

export function AvatarForm({ projectId, avatar }: AvatarFormProps) {
  const texts = useTexts();
  const draft = useDraft(valuesOf(avatar));
  const save = useChange(
    (values: AvatarValues) =>
      request<Avatar>('PATCH', `/projects/${projectId}/avatars/${avatar.avatarId}`, changesOf(draft.saved, values)),
    [avatarsQuery(projectId).queryKey, avatarQuery(projectId, avatar.avatarId).queryKey],
  );
  const toolsFit = readTools(draft.values.tools) !== null;
  const fields = { values: draft.values, onChange: draft.change };
  return (
    <Form
      draft={draft}
      saving={save}
      fault={toolsFit ? null : `${texts.avatars.tools}: ${texts.avatars.toolsInvalid}`}
      valuesOf={valuesOf}
    >
      <CharacterFields {...fields} />
      <VoiceFields {...fields} />
      <LimitFields {...fields} toolsFit={toolsFit} />
    </Form>
  );
}

type FieldsProps = { readonly values: AvatarValues; readonly onChange: (part: Partial<AvatarValues>) => void };

function CharacterFields({ values, onChange }: FieldsProps) {
  const texts = useTexts();
  return (
    <section className={`${classes.card} ${classes.stack}`}>
      <h2>{texts.avatars.character}</h2>
      <TextInput
        label={texts.common.name}
        required
        withAsterisk={false}
        value={values.name}
        onChange={(event) => onChange({ name: event.currentTarget.value })}
      />
      <Textarea
        label={texts.avatars.prompt}
        description={texts.avatars.promptHint}
        autosize
        minRows={5}
        maxRows={18}
        value={values.prompt}
        onChange={(event) => onChange({ prompt: event.currentTarget.value })}
      />
      <Textarea
        label={texts.avatars.firstMessage}
        description={texts.avatars.firstMessageHint}
        autosize
        minRows={2}
        value={values.firstMessage}
        onChange={(event) => onChange({ firstMessage: event.currentTarget.value })}
      />
      <Textarea
        label={texts.avatars.knowledge}
        description={texts.avatars.knowledgeHint}
        autosize
        minRows={3}
        maxRows={14}
        value={values.knowledge}
        onChange={(event) => onChange({ knowledge: event.currentTarget.value })}
      />
    </section>
  );
}

function VoiceFields({ values, onChange }: FieldsProps) {
  const texts = useTexts();
  return (
    <section className={classes.card}>
      <h2>{texts.avatars.voiceAndModel}</h2>
      <div className={classes.split}>
        <div className={classes.stack}>
          <Autocomplete
            label={texts.avatars.voice}
            data={[...VOICES]}
            required
            withAsterisk={false}
            value={values.voice}
            onChange={(voice) => onChange({ voice })}
          />
          <VoiceSample
            voice={values.voice}
            provider={values.provider}
            language={values.language}
            text={values.firstMessage}
          />
        </div>
        <TextInput
          label={texts.avatars.language}
          description={texts.avatars.languageHint}
          inputWrapperOrder={['label', 'input', 'description', 'error']}
          required
          withAsterisk={false}
          value={values.language}
          onChange={(event) => onChange({ language: event.currentTarget.value })}
        />
        <TextInput
          label={texts.avatars.provider}
          required
          withAsterisk={false}
          value={values.provider}
          onChange={(event) => onChange({ provider: event.currentTarget.value })}
        />
        <Autocomplete
          label={texts.avatars.model}
          data={[...MODELS]}
          required
          withAsterisk={false}
          value={values.model}
          onChange={(model) => onChange({ model })}
        />
      </div>
    </section>
  );
}

function LimitFields({ values, onChange, toolsFit }: FieldsProps & { readonly toolsFit: boolean }) {
  const texts = useTexts();
  return (
    <section className={`${classes.card} ${classes.stack}`}>
      <Textarea
        label={texts.avatars.tools}
        description={texts.avatars.toolsHint}
        error={toolsFit ? null : texts.avatars.toolsInvalid}
        classNames={{ input: classes.mono ?? '' }}
        spellCheck={false}
        autosize
        minRows={3}
        maxRows={16}
        value={values.tools}
        onChange={(event) => onChange({ tools: event.currentTarget.value })}
      />
      <NumberInput
        label={texts.avatars.maxSeconds}
        description={texts.avatars.maxSecondsHint}
        min={10}
        max={86_400}
        allowDecimal={false}
        value={values.maxCallSeconds}
        onChange={(maxCallSeconds) => onChange({ maxCallSeconds })}
      />
      <Switch
        label={texts.avatars.recordCalls}
        description={texts.avatars.recordCallsHint}
        checked={values.recordCalls}
        onChange={(event) => onChange({ recordCalls: event.currentTarget.checked })}
      />
    </section>
  );
}
