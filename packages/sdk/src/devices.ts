import { onDeviceChange } from './microphone-watch.ts';

export type MediaDeviceChoice = {
  /** To be given to `setMicrophone`, `setSpeaker` or `MicrophoneCheck`; the same at the next visit of the same site. */
  readonly deviceId: string;
  /** As the system calls it. */
  readonly label: string;
};

export type DeviceList = {
  readonly microphones: readonly MediaDeviceChoice[];
  /** Empty where the browser lets no page choose; see `canChooseSpeaker`. */
  readonly speakers: readonly MediaDeviceChoice[];
  readonly cameras: readonly MediaDeviceChoice[];
};

export const noDevices: DeviceList = { microphones: [], speakers: [], cameras: [] };

/** Names under which some browsers list the system's own choice once more. */
const standIns: ReadonlySet<string> = new Set(['', 'default', 'communications']);

/** Whether this browser lets a page choose the speaker (`setSinkId`). */
export function canChooseSpeaker(): boolean {
  return typeof globalThis.HTMLMediaElement !== 'undefined' && 'setSinkId' in globalThis.HTMLMediaElement.prototype;
}

/**
 * The devices that a person can choose from. Browsers name them, and most list them, only after the page was allowed to use a
 * microphone: ask again then. Never rejects; the list is empty where the browser tells nothing.
 */
export async function listDevices(): Promise<DeviceList> {
  const media = globalThis.navigator?.mediaDevices as MediaDevices | undefined;
  const all = (await media?.enumerateDevices?.().catch(() => [])) ?? [];
  const ofKind = (wanted: MediaDeviceKind) =>
    all
      .filter(({ kind, deviceId, label }) => kind === wanted && label !== '' && !standIns.has(deviceId))
      .map(({ deviceId, label }) => ({ deviceId, label }));
  return {
    microphones: ofKind('audioinput'),
    speakers: canChooseSpeaker() ? ofKind('audiooutput') : [],
    cameras: ofKind('videoinput'),
  };
}

/** Tells the devices now and whenever one is plugged in or out. Returns the function that stops it. */
export function watchDevices(listener: (devices: DeviceList) => void): () => void {
  let isOver = false;
  const tell = () => void listDevices().then((devices) => !isOver && listener(devices));
  tell();
  const stop = onDeviceChange(tell);
  return () => {
    isOver = true;
    stop();
  };
}
