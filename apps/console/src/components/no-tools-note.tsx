import { Alert } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { voiceCatalogueQuery } from '../api/queries.ts';
import { useFirstHourTexts } from '../i18n/first-hour-texts.ts';
import { callsNoTools } from '../pages/avatars/voice-parts/option-fields.ts';

/** Said wherever tools are shown, where the voice calls none of them. */
export function NoToolsNote({ provider }: { readonly provider: string }) {
  const texts = useFirstHourTexts().tools;
  const { data: catalogue = [] } = useQuery(voiceCatalogueQuery);
  if (!callsNoTools(catalogue, provider)) return null;
  return (
    <Alert color="yellow" variant="light">
      {texts.voiceCallsNone}
    </Alert>
  );
}
