import { Button } from '@mantine/core';
import { LIMITS } from '@visavis/protocol';
import type { McpServer } from '@visavis/protocol/rest';
import { mcpServersQuery } from '../../../api/ability-queries.ts';
import { request } from '../../../api/client.ts';
import { useChange } from '../../../api/queries.ts';
import classes from '../../../components/console.module.css';
import { useDraft } from '../../../components/draft.ts';
import { NumberField, PasswordField, TextField, UrlField } from '../../../components/fields.tsx';
import { FormDialog } from '../../../components/form.tsx';
import { useAbilitiesTexts } from '../../../i18n/abilities-texts.ts';
import own from './mcp.module.css';
import { type HeaderRow, type McpValues, mcpFieldsOf, mcpValuesOf, newMcpServer } from './mcp-values.ts';

const [leastMs, mostMs] = LIMITS.ranges.toolMs;
const secondsRange = [Math.ceil(leastMs / 1000), mostMs / 1000] as const;

type McpFormProps = {
  readonly avatarPath: string;
  /** Null: a new one. */
  readonly server: McpServer | null;
  readonly onClose: () => void;
};

export function McpForm({ avatarPath, server, onClose }: McpFormProps) {
  const texts = useAbilitiesTexts().mcp;
  const draft = useDraft(server === null ? newMcpServer : mcpValuesOf(server));
  const save = useChange(
    (values: McpValues) =>
      server === null
        ? request<McpServer>('POST', `${avatarPath}/mcp-servers`, mcpFieldsOf(values))
        : request<McpServer>('PATCH', `${avatarPath}/mcp-servers/${server.mcpServerId}`, mcpFieldsOf(values)),
    [mcpServersQuery(avatarPath).queryKey],
  );
  const { values, change } = draft;
  return (
    <FormDialog
      isNew={server === null}
      draft={draft}
      saving={save}
      title={server === null ? texts.add : texts.editTitle}
      {...(server === null ? { action: texts.addButton } : {})}
      onClose={onClose}
      onSaved={onClose}
    >
      <TextField
        name="name"
        label={texts.name}
        description={texts.nameHint}
        required
        maxLength={LIMITS.characters.word}
        data-autofocus
        value={values.name}
        onChange={(name) => change({ name })}
      />
      <UrlField name="url" label={texts.url} value={values.url} onChange={(url) => change({ url })} />
      <NumberField
        name="timeoutMs"
        label={texts.seconds}
        required
        range={secondsRange}
        value={values.seconds}
        onChange={(seconds) => change({ seconds })}
      />
      <Headers kept={server?.headerNames ?? []} rows={values.headers} onChange={(headers) => change({ headers })} />
    </FormDialog>
  );
}

type HeadersProps = {
  /** Names of those that are kept. */
  readonly kept: readonly string[];
  readonly rows: readonly HeaderRow[] | null;
  readonly onChange: (rows: readonly HeaderRow[]) => void;
};

const emptyRow: HeaderRow = { name: '', value: '' };

function Headers({ kept, rows, onChange }: HeadersProps) {
  const texts = useAbilitiesTexts().mcp;
  if (rows === null) {
    return (
      <fieldset className={own.headers}>
        <legend>{texts.headers}</legend>
        <p className={classes.muted}>{texts.sealed(kept.join(', '))}</p>
        <Button variant="default" size="xs" onClick={() => onChange([emptyRow])}>
          {texts.replaceHeaders}
        </Button>
      </fieldset>
    );
  }
  const write = (at: number, part: Partial<HeaderRow>) =>
    onChange(rows.map((row, index) => (index === at ? { ...row, ...part } : row)));
  return (
    <fieldset className={own.headers}>
      <legend>{texts.headers}</legend>
      <p className={classes.muted}>{texts.headersHint}</p>
      {rows.map((row, at) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: a row is its place; names are being typed.
        <div key={at} className={own.header}>
          <TextField
            name={`headers.${at}`}
            label={texts.headerName(at + 1)}
            spellCheck={false}
            autoCapitalize="off"
            maxLength={LIMITS.characters.word}
            value={row.name}
            onChange={(name) => write(at, { name })}
          />
          <PasswordField
            name={`headers.${at}.value`}
            label={texts.headerValue(at + 1)}
            autoComplete="off"
            maxLength={LIMITS.characters.toolDescription}
            value={row.value}
            onChange={(value) => write(at, { value })}
          />
          <Button
            variant="subtle"
            color="red"
            size="compact-sm"
            onClick={() => onChange(rows.filter((_row, index) => index !== at))}
          >
            {texts.removeHeader(at + 1)}
          </Button>
        </div>
      ))}
      {rows.length < LIMITS.counts.mcpHeaders && (
        <Button variant="default" size="xs" onClick={() => onChange([...rows, emptyRow])}>
          {texts.addHeader}
        </Button>
      )}
    </fieldset>
  );
}
