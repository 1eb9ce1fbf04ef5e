import { Textarea } from '@mantine/core';
import { LIMITS } from '@visavis/protocol';

type ToolAnswerFieldProps = {
  readonly label: string;
  readonly description: string;
  readonly value: string;
  readonly onChange: (value: string) => void;
};

/** What the handler of a tool gives back: text or JSON. */
export function ToolAnswerField({ onChange, ...shown }: ToolAnswerFieldProps) {
  return (
    <Textarea
      {...shown}
      autosize
      minRows={2}
      maxRows={10}
      maxLength={LIMITS.characters.toolResult}
      onChange={(event) => onChange(event.currentTarget.value)}
    />
  );
}
