/** Who may be behind a request; each is tried on every route. */
export const CALLERS = [
  'nobody',
  'stranger',
  'viewer',
  'editor',
  'owner',
  'operator',
  'operator-member',
  'key',
  'foreign-key',
  'token',
  'foreign-token',
  'demo-key',
] as const;
export type Caller = (typeof CALLERS)[number];

/** Who is let in by each kind of access, as the routes below state it. What is told then is another test's. */
export const LET_IN: Readonly<Record<string, readonly Caller[]>> = {
  everyone: CALLERS,
  'logged-in': ['stranger', 'viewer', 'editor', 'owner', 'operator', 'operator-member'],
  operator: ['operator', 'operator-member'],
  viewer: ['viewer', 'editor', 'owner', 'operator-member'],
  editor: ['editor', 'owner', 'operator-member'],
  owner: ['owner', 'operator-member'],
  'operator-member': ['operator-member'],
  key: ['key', 'foreign-key'],
  caller: ['key', 'foreign-key', 'token', 'foreign-token', 'demo-key'],
  // The demo key alone opens no talk, not even one of the demo project: the key of that very talk goes with it.
  'own-talk': ['key', 'foreign-key'],
};

const GENERATION_READS = ['GET /api/v1BASE/generations', 'GET /api/v1BASE/generations/:generationId'];
const GENERATION_WRITES = [
  'POST /api/v1BASE/generations',
  'POST /api/v1BASE/generations/estimate',
  'POST /api/v1BASE/generations/:generationId/cancel',
  'DELETE /api/v1BASE/generations/:generationId',
];
const GENERATIONS = [...GENERATION_READS, ...GENERATION_WRITES];
const ofProject = (name: string) => name.replace('BASE', '/projects/:projectId');

/** Every route of the server and who may call it. A route that is not in here, or states something else, fails the test. */
export const EXPECTED: Readonly<Record<string, readonly string[]>> = {
  everyone: [
    // The key of the call stands in the body; the route asks for it.
    'POST /api/chat/ratings',
    'GET /',
    'GET /health',
    'GET /openapi.json',
    'GET /uploadFiles/:name',
    'GET /api/v1/talk-page',
    'OPTIONS /api/*',
    // Signed by the server for six hours, for whoever may see the talk.
    'GET /recordings/:sessionId',
    // The same, for films that were ordered.
    'GET /films/:name',
    'OPTIONS /generate',
    'OPTIONS /query_status',
    // Whoever has an upload link may send its file.
    ...['GET', 'PUT', 'POST', 'PATCH', 'DELETE', 'OPTIONS'].map((method) => `${method} /uploads/:uploadId`),
    // Servers without credentials for everybody, the others for holders.
    'GET /api/webrtc/generate-ice-servers',
    'POST /api/webrtc/generate-ice-servers',
    // What a page shows before a call; names of a project for its holders alone.
    'GET /api/open/v1/avatar/card',
    'POST /api/open/v1/avatar/card',
    'POST /api/v1/invitations/look',
    'GET /api/v1/auth/options',
    'GET /api/v1/auth/session',
    'POST /api/v1/auth/register',
    'POST /api/v1/auth/login',
    'POST /api/v1/auth/password-reset/request',
    'POST /api/v1/auth/password-reset',
  ],
  'logged-in': [
    'POST /api/v1/auth/logout',
    'POST /api/v1/auth/logout-everywhere',
    'GET /api/v1/auth/sessions',
    'DELETE /api/v1/auth/sessions/:sessionId',
    'PATCH /api/v1/auth/me',
    'POST /api/v1/auth/password',
    'GET /api/v1/audit',
    'POST /api/v1/invitations/accept',
    'GET /api/v1/projects',
    'POST /api/v1/projects',
    'GET /api/v1/voices',
    'POST /api/v1/voice-preview',
  ],
  operator: [
    'GET /api/v1/users',
    'GET /api/v1/operator/log',
    'GET /api/v1/operator/first-page',
    'PUT /api/v1/operator/first-page',
  ],
  viewer: [
    ...GENERATION_READS.map(ofProject),
    'GET /api/v1/projects/:projectId',
    'GET /api/v1/projects/:projectId/first-steps',
    'GET /api/v1/projects/:projectId/keys',
    'GET /api/v1/projects/:projectId/avatars',
    'GET /api/v1/projects/:projectId/avatars/:avatarId',
    'GET /api/v1/projects/:projectId/avatars/:avatarId/picture',
    'GET /api/v1/projects/:projectId/bin',
    'GET /api/v1/projects/:projectId/usage',
    'GET /api/v1/projects/:projectId/wallet',
    'GET /api/v1/projects/:projectId/upload-links/:uploadId/file',
    'GET /api/v1/projects/:projectId/ledger',
    'GET /api/v1/projects/:projectId/ledger/sums',
    'GET /api/v1/projects/:projectId/conversations',
    'GET /api/v1/projects/:projectId/conversations/:sessionId',
    'GET /api/v1/projects/:projectId/conversations/:sessionId/export',
    'POST /api/v1/projects/:projectId/conversations/export',
    'POST /api/v1/projects/:projectId/avatars/:avatarId/playground-token',
    'GET /api/v1/projects/:projectId/live-talks',
    'GET /api/v1/projects/:projectId/snippets',
    'GET /api/v1/projects/:projectId/members',
    'POST /api/v1/projects/:projectId/leave',
  ],
  // Addresses of webhooks often are secrets, so that viewers do not see them.
  editor: [
    ...GENERATION_WRITES.map(ofProject),
    'PATCH /api/v1/projects/:projectId',
    'POST /api/v1/projects/:projectId/keys',
    'PATCH /api/v1/projects/:projectId/keys/:licenceId',
    'POST /api/v1/projects/:projectId/keys/:licenceId/reveal',
    'POST /api/v1/projects/:projectId/keys/:licenceId/reset',
    'POST /api/v1/projects/:projectId/keys/:licenceId/revoke',
    'POST /api/v1/projects/:projectId/upload-links',
    ...['GET', 'DELETE'].map((method) => `${method} /api/v1/projects/:projectId/upload-links/:uploadId`),
    'POST /api/v1/projects/:projectId/avatars',
    'PATCH /api/v1/projects/:projectId/avatars/:avatarId',
    'DELETE /api/v1/projects/:projectId/avatars/:avatarId',
    'POST /api/v1/projects/:projectId/avatars/:avatarId/retry',
    'POST /api/v1/projects/:projectId/bin/:avatarId/restore',
    'DELETE /api/v1/projects/:projectId/bin/:avatarId',
    'POST /api/v1/projects/:projectId/avatars/:avatarId/talk-links',
    'POST /api/v1/projects/:projectId/uploads',
    'DELETE /api/v1/projects/:projectId/conversations/:sessionId',
    'POST /api/v1/projects/:projectId/conversations/delete',
    'POST /api/v1/projects/:projectId/live-talks/:sessionId/take-over',
    'POST /api/v1/projects/:projectId/live-talks/:sessionId/give-back',
    'POST /api/v1/projects/:projectId/live-talks/:sessionId/answers',
    'PUT /api/v1/projects/:projectId/snippets',
    'GET /api/v1/projects/:projectId/webhooks',
    'POST /api/v1/projects/:projectId/webhooks',
    'PATCH /api/v1/projects/:projectId/webhooks/:webhookId',
    'DELETE /api/v1/projects/:projectId/webhooks/:webhookId',
    'POST /api/v1/projects/:projectId/webhooks/:webhookId/reveal',
    'POST /api/v1/projects/:projectId/callback-secret/reveal',
    'POST /api/v1/projects/:projectId/callback-secret/renew',
    'POST /api/v1/projects/:projectId/webhooks/:webhookId/test',
    'GET /api/v1/projects/:projectId/webhooks/:webhookId/deliveries',
    'GET /api/v1/projects/:projectId/webhooks/:webhookId/deliveries/:deliveryId',
    'POST /api/v1/projects/:projectId/webhooks/:webhookId/deliveries/:deliveryId/resend',
  ],
  owner: [
    'DELETE /api/v1/projects/:projectId',
    'PATCH /api/v1/projects/:projectId/members/:userId',
    'DELETE /api/v1/projects/:projectId/members/:userId',
    'GET /api/v1/projects/:projectId/invitations',
    'POST /api/v1/projects/:projectId/invitations',
    'DELETE /api/v1/projects/:projectId/invitations/:invitationId',
    'GET /api/v1/projects/:projectId/audit',
  ],
  'operator-member': ['POST /api/v1/projects/:projectId/points', 'PUT /api/v1/projects/:projectId/wallet'],
  key: [
    'POST /api/v1/browser-tokens',
    'GET /api/v1/callback-secret',
    'POST /api/v1/uploads',
    'GET /api/v1/uploads/:uploadId',
    'DELETE /api/v1/uploads/:uploadId',
    'POST /api/open/v1/mqtt/operator-token',
    ...[
      ...['generateLoopVideo', 'generateLoopVideoStatus', 'status'],
      ...['getLoopVideoStatus', 'loopVideoStatus', 'generate-loop-video-status'],
    ].flatMap((path) => [`GET /api/open/v1/generate/${path}`, `POST /api/open/v1/generate/${path}`]),
    'POST /api/open/v1/avatar/add',
    'POST /api/open/v1/avatar/update',
    'POST /api/open/v1/avatar/delete',
    'DELETE /api/open/v1/avatar/delete',
    'GET /api/open/v1/avatar/status',
    'POST /api/open/v1/avatar/status',
    'GET /api/open/v1/avatar/getStatus',
    'POST /api/open/v1/avatar/getStatus',
    'GET /api/chat/sessions',
    'POST /generate',
    ...GENERATIONS.map((name) => name.replace('BASE', '')),
    'GET /query_status',
    'POST /query_status',
  ],
  'own-talk': ['GET /api/chat/sessions/:id', 'GET /api/chat/messages'],
  caller: [
    'POST /api/realtime_function_call',
    ...['avatar/detail', 'avatar/getByName', 'avatar/list', 'provider/list', 'model/list', 'voice/list'].flatMap(
      (path) => [`GET /api/open/v1/${path}`, `POST /api/open/v1/${path}`],
    ),
  ],
};

/** Sockets are judged when their call is admitted; pages and scripts of the reference tell nothing. */
export const ELSEWHERE =
  /^(GET (\/wss\/v2\/realtime-chat|\/v1\/realtime|(\/api)?\/realtime-api|\/api\/webrtc|\/mqtt)\/?|GET \/reference.*)$/;
