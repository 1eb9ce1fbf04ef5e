/**
 * Every way in which a call can fail, as a closed list. Each has a sentence that says what happened and one that says
 * what a person can do about it.
 */

export const problemCodes = [
  'refused',
  'avatar-unknown',
  'token-unavailable',
  'insufficient-balance',
  'no-capacity',
  'too-many-calls',
  'server-error',
  'server-trouble',
  'closed-by-server',
  'server-unreachable',
  'connection-lost',
  'media-unsupported',
  'media-failed',
  'media-timeout',
  'microphone-denied',
  'microphone-missing',
  'microphone-busy',
  'microphone-lost',
  'microphone-silent',
  'microphone-unsupported',
  'camera-denied',
  'camera-missing',
  'camera-busy',
  'camera-lost',
  'camera-unsupported',
  'insecure-page',
  'autoplay-blocked',
] as const;

export type ProblemCode = (typeof problemCodes)[number];

export type CallProblem = {
  readonly code: ProblemCode;
  /** What happened, one sentence. */
  readonly title: string;
  /** What to do about it, one or two sentences. */
  readonly advice: string;
  /** What the server or the browser said, when it said something. */
  readonly detail: string | null;
  /** The entry of the server's error table (docs/protocol.md) that `advice` comes from; null where it is this client's own. */
  readonly serverCode: string | null;
  /** The same call may work when tried again without changing anything. */
  readonly retryable: boolean;
};

type ProblemText = { readonly title: string; readonly advice: string; readonly retryable: boolean };

const problemTexts: Readonly<Record<ProblemCode, ProblemText>> = {
  refused: {
    title: 'The server refused the call.',
    advice: 'Check the license key and the avatar, then call again.',
    retryable: false,
  },
  'avatar-unknown': {
    title: 'There is no such avatar here.',
    advice: 'It may have been renamed or taken away. Choose another one, or tell whoever runs this page.',
    retryable: false,
  },
  'token-unavailable': {
    title: 'This page got no permission to call.',
    advice: 'Try again. If it happens again, the site that shows this avatar must give it a token.',
    retryable: true,
  },
  'insufficient-balance': {
    title: 'The balance of this license is used up.',
    advice: 'Top up the balance in the console, then call again.',
    retryable: false,
  },
  'no-capacity': {
    title: 'All avatars are busy right now.',
    advice: 'Wait a moment, then call again.',
    retryable: true,
  },
  'too-many-calls': {
    title: 'This license has reached its number of simultaneous calls.',
    advice: 'End another call, or wait until one has ended, then call again.',
    retryable: true,
  },
  'server-error': {
    title: 'Something went wrong on the server.',
    advice: 'Call again. If it happens again, the server’s log says more.',
    retryable: true,
  },
  'server-trouble': {
    title: 'The avatar had trouble with its answer.',
    advice: 'Say it again, or type it.',
    retryable: true,
  },
  'closed-by-server': {
    title: 'The server ended the call.',
    advice: 'Call again to go on talking.',
    retryable: true,
  },
  'server-unreachable': {
    title: 'The server cannot be reached.',
    advice: 'Check that the server is running and that your network lets WebSockets through, then call again.',
    retryable: true,
  },
  'connection-lost': {
    title: 'The connection to the server was lost.',
    advice: 'Check your network, then call again.',
    retryable: true,
  },
  'media-unsupported': {
    title: 'This browser cannot show live video.',
    advice: 'Use a current version of Chrome, Edge, Firefox or Safari, with WebRTC switched on.',
    retryable: false,
  },
  'media-failed': {
    title: 'Sound and picture could not get through.',
    advice: 'A firewall may block them. Try another network, or ask the operator of the server for a TURN relay.',
    retryable: true,
  },
  'media-timeout': {
    title: 'Sound and picture did not arrive in time.',
    advice: 'The server may be overloaded, or a firewall may block them. Call again, or try another network.',
    retryable: true,
  },
  'microphone-denied': {
    title: 'This page was not allowed to use the microphone.',
    advice: 'Allow it beside the address of the page, then try again. You can type until then.',
    retryable: false,
  },
  'microphone-missing': {
    title: 'No microphone was found.',
    advice: 'Connect one: it is then switched on by itself. You can type until then.',
    retryable: false,
  },
  'microphone-busy': {
    title: 'The microphone does not answer.',
    advice: 'Another program may be using it. Close that program, then switch the microphone on again.',
    retryable: true,
  },
  'microphone-lost': {
    title: 'The microphone was disconnected.',
    advice: 'Connect it again, or another one: it is then switched on by itself. You can type until then.',
    retryable: true,
  },
  'microphone-silent': {
    title: 'No sound comes from the microphone.',
    advice:
      'It may be muted by its own switch, or held by a phone call. Unmute it, or tap the page. You can type until then.',
    retryable: true,
  },
  'microphone-unsupported': {
    title: 'This browser gives no access to a microphone.',
    advice: 'Use a current version of Chrome, Edge, Firefox or Safari. You can type here.',
    retryable: false,
  },
  'camera-denied': {
    title: 'This page was not allowed to use the camera.',
    advice: 'Allow it beside the address of the page, then switch it on again.',
    retryable: false,
  },
  'camera-missing': {
    title: 'The camera was not found.',
    advice: 'Connect it, or choose another one in the settings, then switch it on again.',
    retryable: false,
  },
  'camera-busy': {
    title: 'The camera does not answer.',
    advice: 'Another program may be using it. Close that program, then switch the camera on again.',
    retryable: true,
  },
  'camera-lost': {
    title: 'The camera was disconnected, and is off.',
    advice: 'Connect it again, or choose another one in the settings, then switch it on again.',
    retryable: true,
  },
  'camera-unsupported': {
    title: 'This browser gives no access to a camera.',
    advice: 'Use a current version of Chrome, Edge, Firefox or Safari, and open this page by https://.',
    retryable: false,
  },
  'insecure-page': {
    title: 'Browsers allow the microphone on secure pages only.',
    advice: 'Open this page by https://, or by http://localhost on the server itself. You can type here.',
    retryable: false,
  },
  'autoplay-blocked': {
    title: 'The browser holds the sound back until you tap the page.',
    advice: 'Tap the picture to hear the avatar.',
    retryable: true,
  },
};

/** What the one who reports a problem knows better than the general text. */
export type ProblemSpecifics = {
  readonly detail?: string | null;
  readonly advice?: string | null;
  readonly serverCode?: string | null;
  readonly retryable?: boolean | null;
};

/** What was thrown, as detail of a problem. */
export function errorDetail(error: unknown): ProblemSpecifics {
  return { detail: error instanceof Error ? error.message : null };
}

export function callProblem(code: ProblemCode, specifics: ProblemSpecifics = {}): CallProblem {
  const text = problemTexts[code];
  return {
    code,
    title: text.title,
    advice: specifics.advice || text.advice,
    detail: specifics.detail || null,
    serverCode: specifics.serverCode || null,
    retryable: specifics.retryable ?? text.retryable,
  };
}

/** Why a call ended: somebody hung up, or a problem. */
export type EndReason = 'hung-up' | ProblemCode;

export function microphoneProblem(error: unknown): CallProblem {
  return deviceProblem('microphone', error);
}

export function cameraProblem(error: unknown): CallProblem {
  return deviceProblem('camera', error);
}

/** Maps what `getUserMedia` throws (Media Capture and Streams, section 10.2) to a problem. */
function deviceProblem(device: 'microphone' | 'camera', error: unknown): CallProblem {
  const name = error instanceof Error || error instanceof DOMException ? error.name : '';
  const detail = errorDetail(error);
  if (name === 'NotAllowedError' || name === 'SecurityError') return callProblem(`${device}-denied`, detail);
  if (name === 'NotFoundError' || name === 'OverconstrainedError') return callProblem(`${device}-missing`, detail);
  if (name === 'NotReadableError' || name === 'AbortError') return callProblem(`${device}-busy`, detail);
  return callProblem(`${device}-unsupported`, detail);
}
