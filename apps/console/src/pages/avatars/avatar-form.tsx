import { Switch } from '@mantine/core';
import { LIMITS, MODELS } from '@visavis/protocol';
import type { Avatar } from '@visavis/protocol/rest';
import { useMemo } from 'react';
import { request } from '../../api/client.ts';
import { avatarQuery, avatarsQuery, useChange } from '../../api/queries.ts';
import { playgroundAddress } from '../../app/addresses.ts';
import classes from '../../components/console.module.css';
import type { Draft } from '../../components/draft.ts';
import { LongTextField, NumberField, SuggestField, TextField } from '../../components/fields.tsx';
import { Form } from '../../components/form.tsx';
import { useFirstHourTexts } from '../../i18n/first-hour-texts.ts';
import { useTexts } from '../../i18n/language.tsx';
import { type AvatarValues, changesOf, valuesOf } from './avatar-values.ts';
import { KnowledgeField } from './knowledge/knowledge-field.tsx';
import { LanguageField } from './language-field.tsx';
import { TemplateChoice } from './templates/template-choice.tsx';
import { ToolBuilder } from './tools/tool-builder.tsx';
import { faultOfTools } from './tools/tool-faults.ts';
import { sentenceOf } from './tools/tool-texts.ts';
import { VoiceField } from './voice-field.tsx';
import { VoicePartsFields } from './voice-parts/voice-parts.tsx';

type AvatarFormProps = {
  readonly projectId: string;
  readonly avatar: Avatar;
  readonly draft: Draft<AvatarValues>;
};

export function AvatarForm({ projectId, avatar, draft }: AvatarFormProps) {
  const { tools } = useFirstHourTexts();
  const save = useChange(
    (values: AvatarValues) =>
      request<Avatar>('PATCH', `/projects/${projectId}/avatars/${avatar.avatarId}`, changesOf(draft.saved, values)),
    [avatarsQuery(projectId).queryKey, avatarQuery(projectId, avatar.avatarId).queryKey],
  );
  const toolsFault = useMemo(() => faultOfTools(draft.values.tools), [draft.values.tools]);
  // What was saved before there were limits is in nobody's way.
  const isInTheWay = toolsFault !== null && draft.values.tools !== draft.saved.tools;
  const fields = { values: draft.values, onChange: draft.change };
  return (
    <Form
      draft={draft}
      saving={save}
      fault={isInTheWay ? tools.ofTool(tools.title, sentenceOf(toolsFault, tools)) : null}
      valuesOf={valuesOf}
    >
      <CharacterFields {...fields} />
      <VoiceFields projectId={projectId} {...fields} />
      <ToolBuilder
        text={draft.values.tools}
        fault={toolsFault}
        provider={draft.values.provider}
        place={{
          projectId,
          avatarId: avatar.avatarId,
          playground: playgroundAddress(projectId, avatar.avatarId),
        }}
        onChange={(text) => draft.change({ tools: text })}
      />
      <LimitFields {...fields} />
    </Form>
  );
}

type FieldsProps = { readonly values: AvatarValues; readonly onChange: (part: Partial<AvatarValues>) => void };

function CharacterFields({ values, onChange }: FieldsProps) {
  const texts = useTexts();
  return (
    <section className={`${classes.card} ${classes.stack}`}>
      <h2>{texts.avatars.character}</h2>
      <TextField
        name="name"
        label={texts.common.name}
        required
        maxLength={LIMITS.characters.name}
        value={values.name}
        onChange={(name) => onChange({ name })}
      />
      <TemplateChoice name={values.name} values={values} onChange={onChange} />
      <LongTextField
        name="prompt"
        label={texts.avatars.prompt}
        description={texts.avatars.promptHint}
        minRows={5}
        maxRows={18}
        maxLength={LIMITS.characters.prompt}
        value={values.prompt}
        onChange={(prompt) => onChange({ prompt })}
      />
      <LongTextField
        name="firstMessage"
        label={texts.avatars.firstMessage}
        description={texts.avatars.firstMessageHint}
        minRows={2}
        maxLength={LIMITS.characters.firstMessage}
        value={values.firstMessage}
        onChange={(firstMessage) => onChange({ firstMessage })}
      />
      <KnowledgeField value={values.knowledge} onChange={(knowledge) => onChange({ knowledge })} />
    </section>
  );
}

function VoiceFields({ projectId, values, onChange }: FieldsProps & { readonly projectId: string }) {
  const texts = useTexts();
  return (
    <section className={classes.card}>
      <h2>{texts.avatars.voiceAndModel}</h2>
      <div className={classes.split}>
        <div className={classes.stack}>
          <VoiceField
            provider={values.provider}
            language={values.language}
            voice={values.voice}
            sampleText={values.firstMessage}
            onChange={(voice) => onChange({ voice })}
          />
        </div>
        <LanguageField value={values.language} onChange={(language) => onChange({ language })} />
        <SuggestField
          name="model"
          label={texts.avatars.model}
          data={[...MODELS]}
          required
          maxLength={LIMITS.characters.word}
          value={values.model}
          onChange={(model) => onChange({ model })}
        />
        <VoicePartsFields
          projectId={projectId}
          provider={values.provider}
          model={values.model}
          parts={values.parts}
          onChange={onChange}
        />
      </div>
    </section>
  );
}

function LimitFields({ values, onChange }: FieldsProps) {
  const texts = useTexts();
  return (
    <section className={`${classes.card} ${classes.stack}`}>
      <NumberField
        name="maxCallSeconds"
        label={texts.avatars.maxSeconds}
        description={texts.avatars.maxSecondsHint}
        range={LIMITS.ranges.callSeconds}
        value={values.maxCallSeconds}
        onChange={(maxCallSeconds) => onChange({ maxCallSeconds })}
      />
      <Switch
        label={texts.avatars.recordCalls}
        description={texts.avatars.recordCallsHint}
        checked={values.recordCalls}
        onChange={(event) => onChange({ recordCalls: event.currentTarget.checked })}
      />
      <Switch
        label={texts.avatars.remembers}
        description={texts.avatars.remembersHint}
        checked={values.remembers}
        onChange={(event) => onChange({ remembers: event.currentTarget.checked })}
      />
    </section>
  );
}
