import { type DeviceList, noDevices, watchDevices } from '@visavis/sdk';
import { useEffect, useState } from 'react';

/** The devices to choose from. Browsers tell their names once one may be used: a change of `used` asks anew. */
export function useDevices(used: string): DeviceList {
  const [devices, setDevices] = useState(noDevices);
  // biome-ignore lint/correctness/useExhaustiveDependencies: what the browser tells depends on it.
  useEffect(() => watchDevices(setDevices), [used]);
  return devices;
}
