import { useDocumentTitle } from '@mantine/hooks';
import type { ReactNode } from 'react';
import { LanguageSwitch } from '../../components/language-switch.tsx';
import { Logo } from '../../components/logo.tsx';
import { useTexts } from '../../i18n/language.tsx';
import classes from './auth-frame.module.css';

/** The card around the pages for people who are not logged in. */
export function AuthFrame({ title, children }: { readonly title: string; readonly children: ReactNode }) {
  const texts = useTexts();
  useDocumentTitle(`${title} · Visavis`);
  return (
    <main className={classes.frame}>
      <div className={classes.card}>
        <div className={classes.brand}>
          <Logo />
          <span>Visavis</span>
          <LanguageSwitch compact label={texts.shell.language} />
        </div>
        <h1>{title}</h1>
        {children}
      </div>
    </main>
  );
}

export function AuthLinks({ children }: { readonly children: ReactNode }) {
  return <div className={classes.links}>{children}</div>;
}
