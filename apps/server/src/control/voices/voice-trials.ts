import type { VoiceSlotName } from '@visavis/protocol';
import type { OnBound } from '../fairness/bounds.ts';
import { FairPlaces } from '../fairness/fair-places.ts';
import type { AvatarPart, VoiceSetup } from './voice-setup.ts';

type PartWithKey = Pick<AvatarPart, 'id' | 'options'> & { readonly apiKey?: string };

/** Asks a part one short thing; rejects with a sentence. */
export type TryPart = (slot: VoiceSlotName, part: PartWithKey, signal: AbortSignal) => Promise<void>;

export type TrialOutcome = {
  readonly works: boolean;
  /** Why it does not; empty when it does. */
  readonly message: string;
};

const AT_ONCE = { inAll: 4, perProject: 1 } as const;
const WAITING = { inAll: 20, perProject: 2 } as const;
const WAIT_LIMIT_MS = 20_000;
const TIME_LIMIT_MS = 20_000;
const LATE = `It has not answered within ${TIME_LIMIT_MS / 1000} s. See whether it runs, and its address.`;
const MAX_CHARACTERS = 500;

/** Lets owners of avatars see whether a part works before they call it. */
export class VoiceTrials {
  readonly #setup: VoiceSetup;
  readonly #tryPart: TryPart;
  readonly #places: FairPlaces;

  constructor(parts: { setup: VoiceSetup; tryPart: TryPart; onBound?: OnBound }) {
    this.#setup = parts.setup;
    this.#tryPart = parts.tryPart;
    this.#places = new FairPlaces({
      what: 'voice trials',
      atOnce: AT_ONCE.inAll,
      atOncePerTenant: AT_ONCE.perProject,
      waiting: WAITING.inAll,
      waitingPerTenant: WAITING.perProject,
      waitLimitMs: WAIT_LIMIT_MS,
      reasons: { own: 'trying-already', full: 'many-trials' },
      ...(parts.onBound === undefined ? {} : { onBound: parts.onBound }),
    });
  }

  /** Throws a `ControlError` for a part that no avatar could be given. */
  async run(projectId: string, slot: VoiceSlotName, given: AvatarPart): Promise<TrialOutcome> {
    const part = await this.#setup.checkPart(projectId, slot, given);
    const { [slot]: withKey } = await this.#setup.withKeys(projectId, { [slot]: part });
    if (withKey === undefined) return { works: true, message: '' };
    return this.#places.run({ key: projectId }, async () => {
      const signal = AbortSignal.timeout(TIME_LIMIT_MS);
      try {
        await this.#tryPart(slot, withKey, signal);
        return { works: true, message: '' };
      } catch (error) {
        const said = error instanceof Error ? error.message : String(error);
        const message = signal.aborted ? LATE : said;
        return { works: false, message: withoutKey(message, withKey.apiKey).slice(0, MAX_CHARACTERS) };
      }
    });
  }
}

/** Some services repeat the key that they refuse. */
function withoutKey(text: string, apiKey: string | undefined): string {
  return apiKey === undefined ? text : text.replaceAll(apiKey, '…');
}
