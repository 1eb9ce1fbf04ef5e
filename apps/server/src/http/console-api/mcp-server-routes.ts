import {
  avatarParamsSchema,
  createMcpServerSchema,
  emptySchema,
  mcpServerParamsSchema,
  mcpServerSchema,
  mcpToolSchema,
  updateMcpServerSchema,
} from '@visavis/protocol/rest';
import * as z from 'zod';
import type { AuditLog } from '../../control/audit/audit-log.ts';
import type { OwnAvatars } from '../../control/avatars/own-avatars.ts';
import type { McpServer, McpServers } from '../../control/server-tools/mcp/mcp-servers.ts';
import { FOR } from '../access/access.ts';
import { projectOf } from '../access/principal.ts';
import { given } from './given.ts';
import { actorOf, type ConsoleScope } from './session.ts';
import { toWire } from './to-wire.ts';

export type McpServerRouteDependencies = {
  readonly avatars: OwnAvatars;
  readonly mcpServers: McpServers;
  readonly audit: AuditLog;
};

const tags = ['Avatars'];
const LIST = '/projects/:projectId/avatars/:avatarId/mcp-servers';
const ONE = `${LIST}/:mcpServerId`;

export function registerMcpServerRoutes(scope: ConsoleScope, dependencies: McpServerRouteDependencies): void {
  const { avatars, mcpServers, audit } = dependencies;
  const params = mcpServerParamsSchema;

  scope.get(
    LIST,
    {
      config: FOR.viewer,
      schema: {
        tags,
        summary: 'MCP servers whose tools an own avatar may call',
        params: avatarParamsSchema,
        response: { 200: z.array(mcpServerSchema) },
      },
    },
    async (request) => {
      const { projectId } = projectOf(request);
      const { avatarId } = await avatars.requireOwn(projectId, request.params.avatarId);
      return (await mcpServers.list(projectId, avatarId)).map(toWireServer);
    },
  );

  scope.post(
    LIST,
    {
      config: FOR.editor,
      schema: {
        tags,
        summary: 'Let an own avatar call the tools of an MCP server',
        params: avatarParamsSchema,
        body: createMcpServerSchema,
        response: { 201: mcpServerSchema },
      },
    },
    async (request, reply) => {
      const { projectId } = projectOf(request);
      const { avatarId } = await avatars.requireOwn(projectId, request.params.avatarId);
      const made = await mcpServers.create(projectId, avatarId, request.body);
      await audit.write(actorOf(request), { action: 'mcp-server.created', projectId, subjectId: made.mcpServerId });
      return reply.code(201).send(toWireServer(made));
    },
  );

  scope.patch(
    ONE,
    {
      config: FOR.editor,
      schema: { tags, summary: 'Change one', params, body: updateMcpServerSchema, response: { 200: mcpServerSchema } },
    },
    async (request) => {
      const { projectId } = projectOf(request);
      const { avatarId, mcpServerId } = request.params;
      const changed = await mcpServers.update(projectId, avatarId, mcpServerId, given(request.body));
      await audit.write(actorOf(request), { action: 'mcp-server.updated', projectId, subjectId: mcpServerId });
      return toWireServer(changed);
    },
  );

  scope.delete(
    ONE,
    { config: FOR.editor, schema: { tags, summary: 'Take one away', params, response: { 200: emptySchema } } },
    async (request) => {
      const { projectId } = projectOf(request);
      const { avatarId, mcpServerId } = request.params;
      await mcpServers.remove(projectId, avatarId, mcpServerId);
      await audit.write(actorOf(request), { action: 'mcp-server.deleted', projectId, subjectId: mcpServerId });
      return {};
    },
  );

  scope.post(
    `${ONE}/tools`,
    {
      config: FOR.editor,
      schema: {
        tags,
        summary: 'Ask one for its tools now, allowed or not',
        params,
        response: { 200: z.array(mcpToolSchema) },
      },
    },
    async (request) => {
      const { projectId } = projectOf(request);
      const { avatarId, mcpServerId } = request.params;
      const tools = await mcpServers.tools(projectId, avatarId, mcpServerId);
      return tools.map(({ name, description }) => ({ name, description }));
    },
  );
}

function toWireServer(server: McpServer) {
  const { allowedTools, headerNames, ...rest } = server;
  return { ...toWire(rest), headerNames: [...headerNames], allowedTools: allowedTools && [...allowedTools] };
}
