import { Button } from '@mantine/core';
import { useDocumentTitle } from '@mantine/hooks';
import type { ReactNode } from 'react';
import { Logo } from '../../components/logo.tsx';
import { useLanguage } from '../../i18n/language.tsx';
import classes from './auth-frame.module.css';

/** The card around the pages for people who are not logged in. */
export function AuthFrame({ title, children }: { readonly title: string; readonly children: ReactNode }) {
  const { language, setLanguage } = useLanguage();
  useDocumentTitle(`${title} · Visavis`);
  return (
    <main className={classes.frame}>
      <div className={classes.card}>
        <div className={classes.brand}>
          <Logo />
          <span>Visavis</span>
          <Button variant="subtle" size="compact-sm" onClick={() => setLanguage(language === 'en' ? 'zh' : 'en')}>
            {language === 'en' ? '中文' : 'English'}
          </Button>
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
