import { Alert, Button } from '@mantine/core';
import { LIMITS } from '@visavis/protocol';
import { type ClipboardEvent, type DragEvent, useEffect, useRef, useState } from 'react';
import classes from '../../../components/console.module.css';
import { LongTextField } from '../../../components/fields.tsx';
import type { FirstHourTexts } from '../../../i18n/en/first-hour.ts';
import { useFirstHourTexts } from '../../../i18n/first-hour-texts.ts';
import { useFormats, useTexts } from '../../../i18n/language.tsx';
import own from './knowledge-field.module.css';
import { type Adding, addFiles, type KnowledgeFault, knowledgeEndings } from './knowledge-file.ts';

const limit = LIMITS.characters.knowledge;

type KnowledgeFieldProps = { readonly value: string; readonly onChange: (value: string) => void };

/** Facts of an avatar as text, typed or out of files that are chosen or dropped; the files themselves are not kept. */
export function KnowledgeField({ value, onChange }: KnowledgeFieldProps) {
  const texts = useFirstHourTexts().knowledge;
  const common = useTexts();
  const { number } = useFormats();
  const chooser = useRef<HTMLInputElement>(null);
  const [isOver, setIsOver] = useState(false);
  const [last, setLast] = useState<Adding | null>(null);
  // Files take a while to be read; by then more may be typed, or added.
  const latest = useRef(value);
  useEffect(() => {
    latest.current = value;
  }, [value]);
  const add = async (files: FileList | null) => {
    if (files === null || files.length === 0) return;
    const adding = await addFiles(() => latest.current, [...files], limit);
    setLast(adding);
    if (adding.added.length === 0) return;
    latest.current = adding.text;
    onChange(adding.text);
  };
  const drop = (event: DragEvent) => {
    event.preventDefault();
    setIsOver(false);
    void add(event.dataTransfer.files);
  };
  /** The browser would cut off what is too long, without a word. */
  const paste = (event: ClipboardEvent<HTMLTextAreaElement>) => {
    const { selectionStart, selectionEnd } = event.currentTarget;
    const { length } = event.clipboardData.getData('text/plain');
    const room = limit - value.length + (selectionEnd - selectionStart);
    if (length <= room) return;
    event.preventDefault();
    const fault = { kind: 'too-large', characters: length, room } as const;
    setLast({ text: value, added: [], refused: [{ name: texts.pasted, fault }] });
  };
  return (
    // biome-ignore lint/a11y/noStaticElementInteractions: files can be dropped anywhere on it; the button below chooses them by keyboard.
    <div
      className={own.field}
      data-over={isOver}
      onDragOver={(event) => {
        if (!event.dataTransfer.types.includes('Files')) return;
        event.preventDefault();
        setIsOver(true);
      }}
      onDragLeave={() => setIsOver(false)}
      onDrop={(event) => {
        if (event.dataTransfer.files.length > 0) drop(event);
      }}
    >
      <LongTextField
        name="knowledge"
        label={common.avatars.knowledge}
        description={common.avatars.knowledgeHint}
        minRows={3}
        maxRows={14}
        maxLength={limit}
        value={value}
        onChange={onChange}
        onPaste={paste}
      />
      <div className={own.foot}>
        <input
          ref={chooser}
          type="file"
          className="visually-hidden"
          tabIndex={-1}
          accept={`${knowledgeEndings.join(',')},text/plain,text/markdown`}
          multiple
          aria-label={texts.add}
          onChange={(event) => {
            const { files } = event.currentTarget;
            void add(files).then(() => {
              // The same file can be chosen again.
              if (chooser.current !== null) chooser.current.value = '';
            });
          }}
        />
        <Button variant="default" size="xs" onClick={() => chooser.current?.click()}>
          {texts.add}
        </Button>
        <span className={classes.muted}>{texts.kinds}</span>
      </div>
      <div role="status">
        {last?.added.map(({ name, characters }) => (
          <p key={name} className={own.note}>
            {texts.added(name, number(characters))}
          </p>
        ))}
      </div>
      {last?.refused.map(({ name, fault }) => (
        <Alert key={name} color="red" variant="light" role="alert">
          <Refusal name={name} fault={fault} />
        </Alert>
      ))}
    </div>
  );
}

function Refusal({ name, fault }: { readonly name: string; readonly fault: KnowledgeFault }) {
  const texts = useFirstHourTexts().knowledge;
  const { number } = useFormats();
  return texts.refused(name, reasonOf(fault, texts, number));
}

function reasonOf(
  fault: KnowledgeFault,
  texts: FirstHourTexts['knowledge'],
  number: (value: number) => string,
): string {
  if (fault.kind === 'too-large') return texts.tooLarge(number(fault.characters), number(fault.room));
  if (fault.kind === 'far-too-large') return texts.farTooLarge(number(fault.room));
  return texts.faults[fault.kind];
}
