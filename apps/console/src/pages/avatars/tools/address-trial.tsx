import { Button } from '@mantine/core';
import { useMutation } from '@tanstack/react-query';
import type { ToolTrial } from '@visavis/protocol/rest';
import { request } from '../../../api/client.ts';
import { useMay } from '../../../app/role.tsx';
import classes from '../../../components/console.module.css';
import { Problem } from '../../../components/page.tsx';
import { useAbilitiesTexts } from '../../../i18n/abilities-texts.ts';
import { useFormats } from '../../../i18n/language.tsx';
import { Shown } from './shown.tsx';
import { addressOf, isAddress } from './tool-address.ts';
import type { ToolPlace } from './tool-card.tsx';
import type { Fields } from './tool-list.ts';

type AddressTrialProps = { readonly tool: Fields; readonly values: Fields; readonly place: ToolPlace };

/** Asks the web address of a tool once, as a call would. */
export function AddressTrial({ tool, values, place: { projectId, avatarId } }: AddressTrialProps) {
  const texts = useAbilitiesTexts().address;
  const { number } = useFormats();
  const mayChange = useMay('editor');
  const trial = useMutation({
    mutationFn: () =>
      request<ToolTrial>('POST', `/projects/${projectId}/avatars/${avatarId}/tool-trials`, { tool, arguments: values }),
  });
  const { data } = trial;
  const milliseconds = number(data?.durationMs ?? 0);
  return (
    <>
      <div className={classes.actions}>
        <Button
          variant="light"
          size="xs"
          loading={trial.isPending}
          disabled={!mayChange || !isAddress(addressOf(tool)?.url ?? '')}
          onClick={() => trial.mutate()}
        >
          {texts.call}
        </Button>
      </div>
      <div role="status">
        {data !== undefined && (
          <Shown
            label={data.isAnswered ? texts.answered(milliseconds) : texts.failed(milliseconds)}
            code={data.output}
          />
        )}
      </div>
      <Problem error={trial.error} />
    </>
  );
}
