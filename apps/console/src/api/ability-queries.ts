import { queryOptions } from '@tanstack/react-query';
import type { KnowledgeSource, McpServer } from '@visavis/protocol/rest';
import { request } from './client.ts';

export const mcpServersQuery = (avatarPath: string) =>
  queryOptions({
    queryKey: ['mcp-servers', avatarPath],
    queryFn: () => request<McpServer[]>('GET', `${avatarPath}/mcp-servers`),
  });

export const documentsQuery = (avatarPath: string) =>
  queryOptions({
    queryKey: ['documents', avatarPath],
    queryFn: () => request<KnowledgeSource[]>('GET', `${avatarPath}/knowledge`),
  });
