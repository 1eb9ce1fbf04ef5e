import { Badge, Button, Select } from '@mantine/core';
import { PROJECT_ROLES, type ProjectRole } from '@visavis/protocol';
import type { Member } from '@visavis/protocol/rest';
import { useMay } from '../../app/role.tsx';
import classes from '../../components/console.module.css';
import { useFormats } from '../../i18n/language.tsx';
import { useMembersTexts } from '../../i18n/members-texts.ts';
import own from './members.module.css';

/** What is to become of a member; `role` null: no member any more. */
export type MemberWish = { readonly member: Member; readonly role: ProjectRole | null; readonly isSelf: boolean };

type MemberRowProps = {
  readonly member: Member;
  readonly isSelf: boolean;
  readonly isLastOwner: boolean;
  readonly isBusy: boolean;
  readonly onWish: (wish: MemberWish) => void;
};

export function MemberRow({ member, isSelf, isLastOwner, isBusy, onWish }: MemberRowProps) {
  const texts = useMembersTexts();
  const formats = useFormats();
  const isOwner = useMay('owner');
  const { name, email, role, joinedAt } = member;
  return (
    <li className={classes.row}>
      <div>
        <p className={classes.title}>
          {name}
          {isSelf && <Badge variant="light">{texts.you}</Badge>}
        </p>
        <p className={classes.facts}>
          <span>{email}</span>
          <span>{texts.since(formats.date(joinedAt))}</span>
          {isLastOwner && isOwner && <span>{texts.lastOwner}</span>}
        </p>
      </div>
      <div className={classes.actions}>
        {isOwner ? (
          <Select
            className={own.role ?? ''}
            aria-label={texts.roleOf(name)}
            data={PROJECT_ROLES.map((value) => ({ value, label: texts.roles[value] }))}
            value={role}
            allowDeselect={false}
            disabled={isLastOwner || isBusy}
            onChange={(value) => {
              const wanted = PROJECT_ROLES.find((known) => known === value);
              if (wanted !== undefined && wanted !== role) onWish({ member, role: wanted, isSelf });
            }}
          />
        ) : (
          <Badge variant="light" color="gray">
            {texts.roles[role]}
          </Badge>
        )}
        {(isSelf || isOwner) && (
          <Button
            variant="subtle"
            color="red"
            size="xs"
            disabled={isLastOwner}
            aria-label={isSelf ? texts.leave : texts.removeOf(name)}
            onClick={() => onWish({ member, role: null, isSelf })}
          >
            {isSelf ? texts.leave : texts.remove}
          </Button>
        )}
      </div>
    </li>
  );
}
