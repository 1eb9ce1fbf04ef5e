import type { CallLimits } from '../../ports.ts';

/** Counts within this process. Claiming is one synchronous step, so two calls cannot take the same last place. */
export function createInProcessCallLimits(): CallLimits {
  const callsByLicence = new Map<string, Set<string>>();
  return {
    async claim(licence, sessionId, _onLost, replaces) {
      const calls = callsByLicence.get(licence.licenceId) ?? new Set<string>();
      const isReplaced = replaces !== undefined && calls.delete(replaces);
      if (!isReplaced && calls.size >= licence.maxConcurrentCalls) return null;
      calls.add(sessionId);
      callsByLicence.set(licence.licenceId, calls);
      return {
        async release() {
          calls.delete(sessionId);
          if (calls.size === 0 && callsByLicence.get(licence.licenceId) === calls) {
            callsByLicence.delete(licence.licenceId);
          }
        },
      };
    },
  };
}
