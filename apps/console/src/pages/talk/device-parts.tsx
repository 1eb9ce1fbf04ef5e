import { Select } from '@mantine/core';
import type { CallProblem, MediaDeviceChoice } from '@visavis/sdk';
import { inWords } from '@visavis/sdk/problem-words';
import { useTalkTexts } from '../../i18n/talk-texts.ts';
import classes from './device-section.module.css';

export function DeviceProblem({ problem }: { readonly problem: CallProblem | null }) {
  const { problems } = useTalkTexts();
  if (problem === null) return null;
  const { title, advice } = inWords(problem, problems);
  return (
    <p className={classes.problem} role="alert">
      <strong>{title}</strong> {advice}
    </p>
  );
}

type DeviceSelectProps = {
  readonly label: string;
  readonly devices: readonly MediaDeviceChoice[];
  readonly value: string | null;
  readonly onChange: (deviceId: string | null) => void;
};

/** The devices of one kind, with the browser's own choice, and with the chosen one also while it is not plugged in. */
export function DeviceSelect({ label, devices, value, onChange }: DeviceSelectProps) {
  const { automatic, away } = useTalkTexts().devices;
  const isAway = value !== null && !devices.some(({ deviceId }) => deviceId === value);
  return (
    <Select
      label={label}
      data={[
        { value: '', label: automatic },
        ...(isAway ? [{ value, label: away }] : []),
        ...devices.map((device) => ({ value: device.deviceId, label: device.label })),
      ]}
      value={value ?? ''}
      allowDeselect={false}
      onChange={(chosen) => onChange(chosen || null)}
    />
  );
}
