import { Button } from '@mantine/core';
import { request } from '../../api/client.ts';
import { firstStepsQuery, keysQuery, useChange } from '../../api/queries.ts';
import { Problem } from '../../components/page.tsx';
import { useTexts } from '../../i18n/language.tsx';

/** Makes the key with which the playground calls, where the project has none yet. */
export function FirstKey({ projectId }: { readonly projectId: string }) {
  const texts = useTexts().playground;
  const make = useChange(
    () => request('POST', `/projects/${projectId}/keys`, { name: texts.firstKeyName }),
    [keysQuery(projectId).queryKey, firstStepsQuery(projectId).queryKey],
  );
  return (
    <>
      <Button loading={make.isPending} onClick={() => make.mutate(undefined)}>
        {texts.firstKey}
      </Button>
      <Problem error={make.error} />
    </>
  );
}
