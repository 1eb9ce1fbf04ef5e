import { queryOptions, useMutation, useQueryClient } from '@tanstack/react-query';
import type {
  AuditEntry,
  AuthOptions,
  Avatar,
  BinnedAvatar,
  Conversation,
  Delivery,
  FirstPageAvatar,
  FirstSteps,
  LedgerSum,
  LicenceKey,
  ListedVoice,
  LiveTalks,
  MachineModels,
  Project,
  ProviderVoices,
  ServerModel,
  Snippets,
  Transcript,
  Usage,
  User,
  UserSession,
  VoiceKey,
  Wallet,
  Webhook,
} from '@visavis/protocol/rest';
import { queryOf, request } from './client.ts';

export type Page<Item> = { readonly items: readonly Item[]; readonly nextCursor: string | null };

export const sessionQuery = queryOptions({
  queryKey: ['session'],
  queryFn: () => request<{ user: User | null }>('GET', '/auth/session'),
  staleTime: 60_000,
});

export const authOptionsQuery = queryOptions({
  queryKey: ['auth-options'],
  queryFn: () => request<AuthOptions>('GET', '/auth/options'),
});

export const userSessionsQuery = queryOptions({
  queryKey: ['user-sessions'],
  queryFn: () => request<UserSession[]>('GET', '/auth/sessions'),
});

export const projectsQuery = queryOptions({
  queryKey: ['projects'],
  queryFn: () => request<Project[]>('GET', '/projects'),
});

export const firstStepsQuery = (projectId: string) =>
  queryOptions({
    queryKey: ['first-steps', projectId],
    queryFn: () => request<FirstSteps>('GET', `/projects/${projectId}/first-steps`),
  });

export const keysQuery = (projectId: string) =>
  queryOptions({
    queryKey: ['keys', projectId],
    queryFn: () => request<LicenceKey[]>('GET', `/projects/${projectId}/keys`),
  });

export const avatarsQuery = (projectId: string) =>
  queryOptions({
    queryKey: ['avatars', projectId],
    queryFn: () => request<Avatar[]>('GET', `/projects/${projectId}/avatars`),
  });

export const avatarQuery = (projectId: string, avatarId: string) =>
  queryOptions({
    queryKey: ['avatar', projectId, avatarId],
    queryFn: () => request<Avatar>('GET', `/projects/${projectId}/avatars/${avatarId}`),
  });

export const binQuery = (projectId: string) =>
  queryOptions({
    queryKey: ['bin', projectId],
    queryFn: () => request<BinnedAvatar[]>('GET', `/projects/${projectId}/bin`),
  });

export const voicesQuery = queryOptions({
  queryKey: ['voices'],
  queryFn: () => request<ProviderVoices[]>('GET', '/voices'),
  staleTime: Number.POSITIVE_INFINITY,
});

export const voiceCatalogueQuery = queryOptions({
  queryKey: ['voice-catalogue'],
  queryFn: () => request<ListedVoice[]>('GET', '/voice-catalogue'),
  staleTime: Number.POSITIVE_INFINITY,
});

export const voiceKeysQuery = (projectId: string) =>
  queryOptions({
    queryKey: ['voice-keys', projectId],
    queryFn: () => request<VoiceKey[]>('GET', `/projects/${projectId}/voice-keys`),
  });

/** A page of conversations; see `conversationQuerySchema` for what can be asked. */
export const conversationsQuery = (projectId: string, query: Readonly<Record<string, string | null>>) =>
  queryOptions({
    queryKey: ['conversations', projectId, query],
    queryFn: () =>
      request<Page<Conversation>>('GET', `/projects/${projectId}/conversations${queryOf({ ...query, limit: 25 })}`),
  });

export const firstPageQuery = queryOptions({
  queryKey: ['first-page'],
  queryFn: () => request<FirstPageAvatar[]>('GET', '/operator/first-page'),
});

export const serverModelsQuery = queryOptions({
  queryKey: ['server-models'],
  queryFn: () => request<ServerModel[]>('GET', '/operator/models'),
});

export const machineModelsQuery = queryOptions({
  queryKey: ['machine-models'],
  queryFn: () => request<MachineModels>('GET', '/operator/machine-models'),
});

export const fetchServerLog = (cursor: string | null) =>
  request<Page<AuditEntry>>('GET', `/operator/log${queryOf({ cursor })}`);

/** What is known is asked with its version: the answer comes once there is something else. */
export const fetchLiveTalks = (projectId: string, known: LiveTalks | undefined, signal: AbortSignal) =>
  request<LiveTalks>('GET', `/projects/${projectId}/live-talks${queryOf({ version: known?.version })}`, undefined, {
    signal,
  });

export const snippetsQuery = (projectId: string) =>
  queryOptions({
    queryKey: ['snippets', projectId],
    queryFn: () => request<Snippets>('GET', `/projects/${projectId}/snippets`),
  });

export const transcriptQuery = (projectId: string, sessionId: string) =>
  queryOptions({
    queryKey: ['transcript', projectId, sessionId],
    queryFn: () => request<Transcript>('GET', `/projects/${projectId}/conversations/${encodeURIComponent(sessionId)}`),
  });

export type UsageFilter = {
  readonly from: string;
  readonly to: string;
  readonly licenceId: string | null;
  readonly avatarId: string | null;
};

export const usageQuery = (projectId: string, filter: UsageFilter) =>
  queryOptions({
    queryKey: ['usage', projectId, filter],
    queryFn: () => request<Usage>('GET', `/projects/${projectId}/usage${queryOf(filter)}`),
  });

export const walletQuery = (projectId: string) =>
  queryOptions({
    queryKey: ['wallet', projectId],
    queryFn: () => request<Wallet>('GET', `/projects/${projectId}/wallet`),
  });

export const fetchLedger = (projectId: string, range: Pick<UsageFilter, 'from' | 'to'>, cursor: string | null) =>
  request<Page<LedgerSum>>('GET', `/projects/${projectId}/ledger/sums${queryOf({ ...range, cursor, limit: 50 })}`);

export const webhooksQuery = (projectId: string) =>
  queryOptions({
    queryKey: ['webhooks', projectId],
    queryFn: () => request<Webhook[]>('GET', `/projects/${projectId}/webhooks`),
  });

export const deliveriesQuery = (projectId: string, webhookId: string) =>
  queryOptions({
    queryKey: ['deliveries', projectId, webhookId],
    queryFn: () => request<Page<Delivery>>('GET', `/projects/${projectId}/webhooks/${webhookId}/deliveries`),
  });

/** A change on the server; afterwards the named data is fetched anew. */
export function useChange<Input, Answer>(
  change: (input: Input) => Promise<Answer>,
  refreshed: readonly (readonly unknown[])[],
) {
  const client = useQueryClient();
  return useMutation({
    mutationFn: change,
    onSuccess: () => Promise.all(refreshed.map((queryKey) => client.invalidateQueries({ queryKey }))),
  });
}
