import type { CallControl } from '../ports.ts';

export type LateCallControl = CallControl & { bind(calls: CallControl): void };

/** The control plane is made before the gateway whose calls it may end; until `bind` there are none. */
export function createLateCallControl(): LateCallControl {
  let bound: CallControl | null = null;
  return {
    bind(calls) {
      bound = calls;
    },
    endCallsOfLicence: (licenceId, code) => bound?.endCallsOfLicence(licenceId, code) ?? 0,
    endCallsOfMember: (projectId, userId) => bound?.endCallsOfMember(projectId, userId) ?? 0,
  };
}
