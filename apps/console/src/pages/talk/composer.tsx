import { ActionIcon, Textarea } from '@mantine/core';
import { LIMITS } from '@visavis/protocol';
import { type KeyboardEvent, useState } from 'react';
import { SendIcon, StopIcon } from '../../components/icons.tsx';
import { useTalkTexts } from '../../i18n/talk-texts.ts';
import classes from './composer.module.css';

type ComposerProps = {
  readonly disabled: boolean;
  readonly avatarName: string;
  /** False keeps the words in the box. */
  readonly onSend: (text: string) => boolean;
  /** Makes the avatar stop; null while it does not speak. */
  readonly onStop: (() => void) | null;
};

/** Enter sends, Shift+Enter begins a new line. */
export function Composer({ disabled, avatarName, onSend, onStop }: ComposerProps) {
  const texts = useTalkTexts().composer;
  const [text, setText] = useState('');
  const send = () => {
    if (onSend(text)) setText('');
  };
  const sendOnEnter = (event: KeyboardEvent) => {
    if (event.key !== 'Enter' || event.shiftKey || event.nativeEvent.isComposing) return;
    event.preventDefault();
    send();
  };
  return (
    <form
      className={classes.composer}
      onSubmit={(event) => {
        event.preventDefault();
        send();
      }}
    >
      <Textarea
        className={classes.box}
        classNames={{ input: classes.input ?? '' }}
        aria-label={texts.label(avatarName)}
        placeholder={texts.placeholder(avatarName)}
        autosize
        minRows={1}
        maxRows={4}
        value={text}
        onChange={(event) => setText(event.currentTarget.value)}
        onKeyDown={sendOnEnter}
        disabled={disabled}
        maxLength={LIMITS.characters.userText}
      />
      {onStop !== null && text === '' ? (
        <ActionIcon
          className={classes.send}
          variant="light"
          size={40}
          radius="xl"
          aria-label={texts.stop(avatarName)}
          onClick={onStop}
        >
          <StopIcon />
        </ActionIcon>
      ) : (
        <ActionIcon
          className={classes.send}
          type="submit"
          size={40}
          radius="xl"
          aria-label={texts.send}
          disabled={disabled || text.trim() === ''}
        >
          <SendIcon />
        </ActionIcon>
      )}
    </form>
  );
}
