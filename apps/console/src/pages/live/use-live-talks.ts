import { useQuery, useQueryClient } from '@tanstack/react-query';
import type { LiveTalks } from '@visavis/protocol/rest';
import { fetchLiveTalks } from '../../api/queries.ts';

/** Between the answer to one request, which waits for something new, and the next. */
const restMs = 250;
/** A server in trouble, or one that refuses, is not asked four times a second. */
const restAfterErrorMs = 5_000;

/** Until the talks are asked for again, by how the last time went. */
export function restBeforeNext(error: Error | null): number {
  return error === null ? restMs : restAfterErrorMs;
}

/** The talks of a project that go on, kept up to date; also while another tab is looked at, since somebody may wait for an answer. */
export function useLiveTalks(projectId: string) {
  const client = useQueryClient();
  const queryKey = ['live-talks', projectId];
  return useQuery({
    queryKey,
    // A page that is left waits for no answer any more.
    queryFn: ({ signal }) => fetchLiveTalks(projectId, client.getQueryData<LiveTalks>(queryKey), signal),
    refetchInterval: ({ state }) => restBeforeNext(state.error),
    refetchIntervalInBackground: true,
    gcTime: 0,
  });
}
