import type { ReactNode } from 'react';
import { AlertIcon } from '../../components/icons.tsx';
import classes from './talk-page.module.css';

type MessageProps = {
  readonly title: string;
  readonly advice: string;
  readonly detail?: string;
  /** The way on. */
  readonly children?: ReactNode;
};

/** What a page says that has nothing else to show. */
export function Message({ title, advice, detail, children }: MessageProps) {
  return (
    <div className={classes.message} role="alert">
      <AlertIcon size={28} />
      <h1>{title}</h1>
      <p>{advice}</p>
      {detail && <p className={classes.detail}>{detail}</p>}
      {children}
    </div>
  );
}
