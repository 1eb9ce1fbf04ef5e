import { Alert, Button, Textarea } from '@mantine/core';
import { useMemo, useRef, useState } from 'react';
import classes from '../../../components/console.module.css';
import { useFault } from '../../../components/faults-context.tsx';
import { useItemKeys } from '../../../components/item-keys.ts';
import { NoToolsNote } from '../../../components/no-tools-note.tsx';
import { useFirstHourTexts } from '../../../i18n/first-hour-texts.ts';
import { useLanguage } from '../../../i18n/language-choice.tsx';
import { toolsOf } from '../templates/template-table.ts';
import { SigningSecret } from './signing-secret.tsx';
import { addressOf } from './tool-address.ts';
import own from './tool-builder.module.css';
import { ToolCard, type ToolPlace } from './tool-card.tsx';
import type { ToolsFault } from './tool-faults.ts';
import { emptyTool, type Fields, freeName, readTools, replaceAt, writeTools } from './tool-list.ts';
import { sentenceOf } from './tool-texts.ts';

type ToolBuilderProps = {
  /** JSON: the one place where the tools are kept; the form writes it and reads it. */
  readonly text: string;
  readonly fault: ToolsFault | null;
  /** The avatar's voice. */
  readonly provider: string;
  readonly place: ToolPlace;
  readonly onChange: (text: string) => void;
};

const nothing: readonly Fields[] = [];

/** The tools of an avatar as a form, with their JSON beside it. */
export function ToolBuilder({ text, fault, provider, place, onChange }: ToolBuilderProps) {
  const texts = useFirstHourTexts().tools;
  const { language } = useLanguage();
  const tools = useMemo(() => readTools(text), [text]);
  // A tool's name is being typed.
  const keys = useItemKeys(tools ?? nothing);
  const [added, setAdded] = useState(-1);
  const write = (next: readonly Fields[]) => onChange(writeTools(next));
  const add = (tool: Fields) => {
    if (tools === null) return;
    setAdded(tools.length);
    write([...tools, tool]);
  };
  const addExample = () => {
    const [example] = toolsOf('clinic', language);
    if (example !== undefined) add({ ...example, name: freeName(tools ?? [], example.name) });
  };
  return (
    <section className={`${classes.card} ${own.builder}`} aria-label={texts.title}>
      <h2>{texts.title}</h2>
      <p className={classes.muted}>{texts.intro}</p>
      <NoToolsNote provider={provider} />
      <div className={own.sides}>
        <div className={classes.stack}>
          {tools === null ? (
            <Alert color="yellow" variant="light">
              {texts.formWaits}
            </Alert>
          ) : (
            <>
              {tools.length === 0 && <p className={classes.muted}>{texts.none}</p>}
              {tools.map((_tool, index) => (
                <ToolCard
                  key={keys[index]}
                  tools={tools}
                  index={index}
                  isOpen={tools.length === 1 || index === added}
                  place={place}
                  onChange={(next) => write(replaceAt(tools, index, next))}
                  onRemove={() => write(replaceAt(tools, index))}
                />
              ))}
              <div className={classes.actions}>
                <Button variant="default" onClick={() => add(emptyTool())}>
                  {texts.add}
                </Button>
                <Button variant="subtle" onClick={addExample}>
                  {texts.addExample}
                </Button>
                {tools.some((tool) => addressOf(tool) !== null) && <SigningSecret projectId={place.projectId} />}
              </div>
            </>
          )}
        </div>
        <ToolsJson text={text} fault={fault} onChange={onChange} />
      </div>
    </section>
  );
}

type ToolsJsonProps = Pick<ToolBuilderProps, 'text' | 'fault' | 'onChange'>;

function ToolsJson({ text, fault, onChange }: ToolsJsonProps) {
  const texts = useFirstHourTexts().tools;
  const refusal = useFault('tools', texts.title, text);
  const area = useRef<HTMLTextAreaElement>(null);
  const place = fault?.kind === 'json' ? fault.at.index : null;
  const formatted = useMemo(() => (place === null ? formatJson(text) : text), [place, text]);
  const show = () => {
    if (place === null) return;
    area.current?.focus();
    area.current?.setSelectionRange(place, place + 1);
  };
  return (
    <div className={classes.stack}>
      <Textarea
        ref={area}
        label={texts.json}
        description={texts.jsonHint}
        name="tools"
        error={fault === null ? refusal : sentenceOf(fault, texts)}
        classNames={{ input: classes.mono ?? '' }}
        spellCheck={false}
        autoCapitalize="off"
        autosize
        minRows={4}
        maxRows={26}
        value={text}
        onChange={(event) => onChange(event.currentTarget.value)}
      />
      <div className={classes.actions}>
        {place !== null && (
          <Button variant="light" size="xs" onClick={show}>
            {texts.showPlace}
          </Button>
        )}
        {formatted !== text && (
          <Button variant="default" size="xs" onClick={() => onChange(formatted)}>
            {texts.format}
          </Button>
        )}
      </div>
    </div>
  );
}

/** A text that is JSON, or nothing. */
function formatJson(text: string): string {
  return text.trim() === '' ? '' : JSON.stringify(JSON.parse(text), null, 2);
}
