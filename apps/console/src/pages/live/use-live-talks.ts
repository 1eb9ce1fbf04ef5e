import { useQuery, useQueryClient } from '@tanstack/react-query';
import type { LiveTalks } from '@visavis/protocol/rest';
import { fetchLiveTalks } from '../../api/queries.ts';

/** Between the answer to one request, which waits for something new, and the next. */
const restMs = 250;

/** The talks of a project that go on, kept up to date; also while another tab is looked at, since somebody may wait for an answer. */
export function useLiveTalks(projectId: string) {
  const client = useQueryClient();
  const queryKey = ['live-talks', projectId];
  return useQuery({
    queryKey,
    queryFn: () => fetchLiveTalks(projectId, client.getQueryData<LiveTalks>(queryKey)),
    refetchInterval: restMs,
    refetchIntervalInBackground: true,
    gcTime: 0,
  });
}
