import '@mantine/core/styles.layer.css';
import './theme.css';
import { MantineProvider } from '@mantine/core';
import { lazy, StrictMode, Suspense } from 'react';
import { createRoot } from 'react-dom/client';
import { theme } from './theme.ts';

const root = document.getElementById('root');
if (root === null) throw new Error('index.html has no element #root.');

/** Each entry is a script of its own: whoever talks does not load the console, and the other way round. */
const isConsole = /^\/console(\/|$)/.test(globalThis.location.pathname);
const Entry = isConsole
  ? lazy(async () => ({ default: (await import('./app/console-app.tsx')).ConsoleApp }))
  : lazy(async () => ({ default: (await import('./pages/talk/talk-page.tsx')).TalkPage }));

// The theme's CSS variables are in theme.css: inline style elements would break the page's content security policy.
createRoot(root).render(
  <StrictMode>
    <MantineProvider theme={theme} defaultColorScheme="auto" withCssVariables={false} withGlobalClasses={false}>
      <Suspense>
        <Entry />
      </Suspense>
    </MantineProvider>
  </StrictMode>,
);
