import { Select } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { shownName } from '@visavis/protocol';
import { avatarsQuery } from '../../api/queries.ts';
import { useTexts } from '../../i18n/language.tsx';

type AvatarSelectProps = {
  readonly projectId: string;
  /** Null: every avatar. */
  readonly value: string | null;
  readonly onChange: (avatarId: string | null) => void;
};

/** One avatar of the project, or all of them. */
export function AvatarSelect({ projectId, value, onChange }: AvatarSelectProps) {
  const { conversations: texts } = useTexts();
  const avatars = useQuery(avatarsQuery(projectId)).data ?? [];
  return (
    <Select
      label={texts.avatar}
      placeholder={texts.anyAvatar}
      clearable
      searchable
      data={avatars.map(({ avatarId, name }) => ({ value: avatarId, label: shownName(name) }))}
      value={value}
      onChange={onChange}
    />
  );
}
