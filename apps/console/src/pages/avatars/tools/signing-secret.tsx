import { Button } from '@mantine/core';
import { useState } from 'react';
import { request } from '../../../api/client.ts';
import { useChange } from '../../../api/queries.ts';
import { Problem } from '../../../components/page.tsx';
import { ShownSecret } from '../../../components/shown-secret.tsx';
import { useAbilitiesTexts } from '../../../i18n/abilities-texts.ts';
import { useTexts } from '../../../i18n/language.tsx';

/** What the project's posts to its tools are signed with: to be looked at. */
export function SigningSecret({ projectId }: { readonly projectId: string }) {
  const texts = useAbilitiesTexts().address;
  const { common } = useTexts();
  const [secret, setSecret] = useState<string | null>(null);
  const reveal = useChange(() => request<{ secret: string }>('POST', `/projects/${projectId}/tool-secret/reveal`), []);
  return (
    <>
      <Button
        variant="subtle"
        loading={reveal.isPending}
        onClick={() => reveal.mutate(undefined, { onSuccess: (shown) => setSecret(shown.secret) })}
      >
        {texts.showSecret}
      </Button>
      <Problem error={reveal.error} />
      <ShownSecret
        secret={secret}
        title={texts.secretTitle}
        text={texts.secretText}
        copyLabel={common.copy}
        onClose={() => setSecret(null)}
      />
    </>
  );
}
