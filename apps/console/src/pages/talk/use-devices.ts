import { type DeviceList, noDevices, watchDevices } from '@visavis/sdk';
import { useEffect, useState } from 'react';

/** The devices to choose from. Browsers tell their names once a microphone may be used: `isAllowed` asks anew. */
export function useDevices(isAllowed: boolean): DeviceList {
  const [devices, setDevices] = useState(noDevices);
  // biome-ignore lint/correctness/useExhaustiveDependencies: what the browser tells depends on it.
  useEffect(() => watchDevices(setDevices), [isAllowed]);
  return devices;
}
