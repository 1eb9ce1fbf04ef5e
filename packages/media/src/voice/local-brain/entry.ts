import { definePart, NO_OPTIONS, type ThinkerEntry } from '../catalogue-entry.ts';

/** Thinks without an account and without a network, once a model of this machine is here. */
export const machineThinker: ThinkerEntry = definePart({
  slot: 'thinker',
  id: 'local-brain',
  title: 'This machine (a small language model)',
  optionsSchema: NO_OPTIONS,
  describe: () => ({ sees: false, tools: true, isDemonstration: false }),
  open: async (_options, { brain, clock }) => {
    if (brain === null) {
      throw new Error(
        'There is no language model on this machine: “visavis models list” names those of kind brain, “visavis models pull” fetches one, and the server uses it after its next start.',
      );
    }
    const { openMachineThinker } = await import('./machine-thinker.ts');
    return openMachineThinker(brain, clock);
  },
});
