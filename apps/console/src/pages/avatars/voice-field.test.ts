import { MantineProvider } from '@mantine/core';
import { QueryClient, QueryClientProvider } from '@tanstack/react-query';
import { createElement } from 'react';
import { renderToStaticMarkup } from 'react-dom/server';
import { expect, it } from 'vitest';
import { VoiceField } from './voice-field.tsx';

/** The field while the voices are on their way, or cannot be loaded. */
function fieldWithoutVoices(provider: string | null): string {
  const field = createElement(VoiceField, { provider, language: 'en', voice: '', sampleText: '', onChange: () => {} });
  const page = createElement(QueryClientProvider, { client: new QueryClient() }, field);
  return renderToStaticMarkup(createElement(MantineProvider, null, page));
}

it('asks nobody who makes an avatar for a voice whose list does not come, and an avatar for its own', () => {
  expect(fieldWithoutVoices(null)).toMatch(/<input[^>]*name="voice"/);
  expect(fieldWithoutVoices(null)).not.toContain('required');
  expect(fieldWithoutVoices('local')).toMatch(/<input[^>]*required/);
});
