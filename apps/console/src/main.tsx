import '@mantine/core/styles.layer.css';
import './theme.css';
import { MantineProvider } from '@mantine/core';
import { StrictMode, Suspense } from 'react';
import { createRoot } from 'react-dom/client';
import { part } from './app/part.ts';
import { Boot } from './components/boot.tsx';
import { FailureBoundary } from './components/failure-boundary.tsx';
import { currentLanguage, tellLanguage } from './i18n/current-language.ts';
import { theme } from './theme.ts';

tellLanguage(currentLanguage());

const root = document.getElementById('root');
if (root === null) throw new Error('index.html has no element #root.');

/** Each entry is a script of its own: whoever talks does not load the console, and the other way round. */
const isConsole = /^\/console(\/|$)/.test(globalThis.location.pathname);
const Entry = isConsole
  ? part(async () => (await import('./app/console-app.tsx')).ConsoleApp)
  : part(async () => (await import('./pages/talk/talk-page.tsx')).TalkPage);

// The theme's CSS variables are in theme.css: inline style elements would break the page's content security policy.
createRoot(root).render(
  <StrictMode>
    <MantineProvider theme={theme} defaultColorScheme="auto" withCssVariables={false} withGlobalClasses={false}>
      <FailureBoundary whole>
        <Suspense fallback={<Boot />}>
          <Entry />
        </Suspense>
      </FailureBoundary>
    </MantineProvider>
  </StrictMode>,
);
