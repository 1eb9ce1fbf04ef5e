import { Button } from '@mantine/core';
import { useLocalStorage } from '@mantine/hooks';
import { useQuery } from '@tanstack/react-query';
import type { FirstSteps as Steps } from '@visavis/protocol/rest';
import { useState } from 'react';
import { avatarsQuery, firstStepsQuery } from '../../api/queries.ts';
import { avatarAddress, playgroundAddress, sectionAddress } from '../../app/addresses.ts';
import { Link } from '../../app/link.tsx';
import { useMay } from '../../app/role.tsx';
import { CheckIcon } from '../../components/icons.tsx';
import { useFirstHourTexts } from '../../i18n/first-hour-texts.ts';
import own from './first-steps.module.css';
import { isShown, progressOf, type StepName, stepNames } from './steps.ts';

/** How often the server is asked while a step is open: the last ones are taken elsewhere. */
const askEveryMs = 4_000;

/** What a newcomer does, ticked by what the server knows. Nothing once it is hidden, in this browser. */
export function FirstSteps({ projectId }: { readonly projectId: string }) {
  const [isHidden, setHidden] = useLocalStorage({
    key: `visavis.first-steps-hidden.${projectId}`,
    defaultValue: false,
    getInitialValueInEffect: false,
  });
  const mayChange = useMay('editor');
  const steps = useQuery({
    ...firstStepsQuery(projectId),
    enabled: !isHidden && mayChange,
    refetchInterval: ({ state }) => (state.data && progressOf(state.data).next === null ? false : askEveryMs),
  });
  const [wasOpen, setWasOpen] = useState(false);
  if (!mayChange || steps.data === undefined || !isShown(steps.data, { isHidden, wasOpen })) return null;
  if (!wasOpen) setWasOpen(true);
  return <StepList projectId={projectId} steps={steps.data} onHide={() => setHidden(true)} />;
}

type StepListProps = { readonly projectId: string; readonly steps: Steps; readonly onHide: () => void };

function StepList({ projectId, steps, onHide }: StepListProps) {
  const texts = useFirstHourTexts().firstSteps;
  const { done, next } = progressOf(steps);
  const addresses = useAddresses(projectId);
  return (
    <section className={own.steps} aria-label={texts.title}>
      <div className={own.head}>
        <h2>{texts.title}</h2>
        <p role="status">{next === null ? texts.allDone : texts.progress(done, stepNames.length)}</p>
        <Button variant="subtle" size="xs" onClick={onHide}>
          {texts.hide}
        </Button>
      </div>
      <ol>
        {stepNames.map((name) => {
          const address = addresses[name];
          return (
            <li key={name} data-done={steps[name]} aria-current={name === next ? 'step' : undefined}>
              <span className={own.tick} role="img" aria-label={steps[name] ? texts.done : texts.open}>
                {steps[name] && <CheckIcon size={16} />}
              </span>
              <div>
                {steps[name] || address === undefined ? (
                  <strong>{texts.names[name]}</strong>
                ) : (
                  <Link href={address}>{texts.names[name]}</Link>
                )}
                {!steps[name] && <p>{texts.hints[name]}</p>}
              </div>
            </li>
          );
        })}
      </ol>
    </section>
  );
}

/** Where each step is taken. */
function useAddresses(projectId: string): Readonly<Partial<Record<StepName, string>>> {
  const avatars = useQuery(avatarsQuery(projectId)).data ?? [];
  const mine = avatars.find(({ isSystem, state }) => !isSystem && state === 'ready');
  const list = sectionAddress(projectId, 'avatars');
  const avatar = mine === undefined ? list : avatarAddress(projectId, mine.avatarId);
  return {
    avatar: list,
    key: sectionAddress(projectId, 'keys'),
    embed: avatar,
    ...(mine === undefined ? {} : { talk: playgroundAddress(projectId, mine.avatarId) }),
  };
}
