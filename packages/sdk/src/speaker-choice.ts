import { listDevices } from './devices.ts';
import { onDeviceChange } from './microphone-watch.ts';

/** A media element whose sound can be sent to a chosen device; not every browser has that. */
type Player = { setSinkId?(deviceId: string): Promise<void> };

const systemsOwn = '';

/** Where the sound goes: to the chosen speaker, and to the system's own one while that is away. */
export class SpeakerChoice {
  #player: Player | null = null;
  #deviceId = systemsOwn;
  #stopWatching: (() => void) | null = null;
  #isClosed = false;

  /** The element that plays from now on. */
  follow(player: Player | null): void {
    if (player === this.#player) return;
    this.#player = player;
    if (this.#deviceId !== systemsOwn) void this.#apply();
  }

  /**
   * Null or empty: the system's own. False: the browser cannot, or the device is not there; the sound then comes from the system's own.
   * False, too, once it is closed: nothing plays any more.
   */
  choose(deviceId: string | null): Promise<boolean> {
    if (this.#isClosed) return Promise.resolve(false);
    this.#deviceId = deviceId ?? systemsOwn;
    this.#stopWatching?.();
    this.#stopWatching = this.#deviceId === systemsOwn ? null : onDeviceChange(() => void this.#apply());
    return this.#apply();
  }

  close(): void {
    this.#isClosed = true;
    this.#stopWatching?.();
    this.#stopWatching = null;
  }

  async #apply(): Promise<boolean> {
    const wanted = this.#deviceId;
    if (wanted === systemsOwn) return this.#send(systemsOwn);
    const { speakers } = await listDevices();
    // Another choice may be made at each wait: it says itself where the sound goes.
    if (wanted !== this.#deviceId) return false;
    const isThere = speakers.some(({ deviceId }) => deviceId === wanted);
    if (isThere && (await this.#send(wanted))) return true;
    if (wanted !== this.#deviceId) return false;
    await this.#send(systemsOwn);
    return false;
  }

  async #send(deviceId: string): Promise<boolean> {
    const player = this.#player;
    // Nothing plays yet: the next element is told.
    if (player === null) return true;
    if (player.setSinkId === undefined) return deviceId === systemsOwn;
    try {
      await player.setSinkId(deviceId);
      return true;
    } catch {
      return false;
    }
  }
}
