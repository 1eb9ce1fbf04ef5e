import { isRoleEnough, type ProjectRole } from '@visavis/protocol';
import { createContext, type ReactNode, useContext } from 'react';
import classes from '../components/console.module.css';
import { EmptyState } from '../components/page.tsx';
import { useMembersTexts } from '../i18n/members-texts.ts';

/** Null outside projects, where everybody is on his own. */
const RoleContext = createContext<ProjectRole | null>(null);

/** What one is in the project whose pages are inside. The server decides; pages only offer what it will take. */
export function RoleProvider({ role, children }: { readonly role: ProjectRole; readonly children: ReactNode }) {
  return <RoleContext value={role}>{children}</RoleContext>;
}

/** Whether one may do what needs this role. */
export function useMay(needed: ProjectRole): boolean {
  const role = useContext(RoleContext);
  return role === null || isRoleEnough(role, needed);
}

/** Says to viewers, on every page of the project, why buttons are missing. */
export function ViewerNote() {
  const texts = useMembersTexts();
  const mayChange = useMay('editor');
  return mayChange ? null : (
    <p className={classes.note} role="note">
      {texts.viewerNote}
    </p>
  );
}

/** A page for those whose role is enough; the others are told so. */
export function ForRole({ role, children }: { readonly role: ProjectRole; readonly children: ReactNode }) {
  const texts = useMembersTexts();
  if (useMay(role) || role === 'viewer') return children;
  return <EmptyState title={texts.closedTitle[role]} text={texts.closedText} />;
}
