import { ActionIcon, Button } from '@mantine/core';
import type { CallProblem } from '@visavis/sdk';
import { AlertIcon, CloseIcon } from '../../components/icons.tsx';
import { useTalkTexts } from '../../i18n/talk-texts.ts';
import classes from './notice-bar.module.css';

type NoticeBarProps = {
  readonly problem: CallProblem;
  /** Null when there is nothing to try. */
  readonly onRetry: (() => void) | null;
  readonly onDismiss: () => void;
};

/** Trouble that the call survives. */
export function NoticeBar({ problem, onRetry, onDismiss }: NoticeBarProps) {
  const texts = useTalkTexts().call;
  return (
    <div className={classes.notice} role="alert">
      <AlertIcon size={20} />
      <div className={classes.text}>
        <strong>{problem.title}</strong> {problem.advice}
        {problem.code === 'server-trouble' && problem.detail && (
          <span className={classes.detail}> {problem.detail}</span>
        )}
        {onRetry && (
          <Button className={classes.retry} variant="transparent" size="compact-sm" onClick={onRetry}>
            {texts.tryAgain}
          </Button>
        )}
      </div>
      <ActionIcon className={classes.close ?? ''} variant="transparent" aria-label={texts.dismiss} onClick={onDismiss}>
        <CloseIcon size={18} />
      </ActionIcon>
    </div>
  );
}
