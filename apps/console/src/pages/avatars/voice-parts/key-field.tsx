import { Button, Select } from '@mantine/core';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { LIMITS } from '@visavis/protocol';
import type { VoiceKey } from '@visavis/protocol/rest';
import { useState } from 'react';
import { request } from '../../../api/client.ts';
import { voiceKeysQuery } from '../../../api/queries.ts';
import { PasswordField } from '../../../components/fields.tsx';
import { Problem } from '../../../components/page.tsx';
import { useFormats } from '../../../i18n/language-choice.tsx';
import { useVoiceSetupTexts } from '../../../i18n/voice-setup-texts.ts';

type KeyFieldProps = {
  readonly projectId: string;
  /** Where it would be sent; null: that is not known yet. */
  readonly origin: string | null;
  readonly keyId: string | undefined;
  readonly onChange: (keyId: string | null) => void;
};

/** A key of the project for one place, or a new one. What it is, is never shown again. */
export function KeyField({ projectId, origin, keyId, onChange }: KeyFieldProps) {
  const texts = useVoiceSetupTexts();
  const { date } = useFormats();
  const client = useQueryClient();
  const { queryKey } = voiceKeysQuery(projectId);
  const { data: keys = [] } = useQuery(voiceKeysQuery(projectId));
  const [fresh, setFresh] = useState('');
  const keep = useMutation({
    mutationFn: () => {
      const name = origin?.slice(0, LIMITS.characters.name);
      return request<VoiceKey>('POST', `/projects/${projectId}/voice-keys`, { name, origin, key: fresh.trim() });
    },
    onSuccess: async (key) => {
      setFresh('');
      onChange(key.keyId);
      await client.invalidateQueries({ queryKey });
    },
  });
  const fitting = keys.filter((key) => key.origin === origin);
  // Deleted meanwhile, or kept for another place: it has to be seen to be given up.
  const stray = keyId === undefined || fitting.some((key) => key.keyId === keyId) ? [] : [keyId];
  const labelOf = ({ createdAt, endsIn }: VoiceKey): string => texts.keySet(date(createdAt), endsIn);
  return (
    <>
      <Select
        label={texts.key(origin ?? '')}
        data={[
          { value: '', label: texts.noKey },
          ...stray.map((value) => ({ value, label: texts.strayKey })),
          ...fitting.map((key) => ({ value: key.keyId, label: labelOf(key) })),
        ]}
        value={keyId ?? ''}
        allowDeselect={false}
        onChange={(chosen) => onChange(chosen === null || chosen === '' ? null : chosen)}
      />
      <PasswordField
        name="serviceKey"
        label={texts.newKey}
        autoComplete="off"
        maxLength={LIMITS.characters.serviceKey}
        value={fresh}
        onChange={setFresh}
      />
      <Button
        variant="default"
        size="xs"
        disabled={fresh.trim() === '' || origin === null}
        loading={keep.isPending}
        onClick={() => keep.mutate()}
      >
        {texts.keepKey}
      </Button>
      <Problem error={keep.error} />
    </>
  );
}
