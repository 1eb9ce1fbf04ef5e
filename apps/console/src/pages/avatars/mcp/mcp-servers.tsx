import { Button, Switch } from '@mantine/core';
import { useMutation, useQuery } from '@tanstack/react-query';
import type { McpServer, McpTool } from '@visavis/protocol/rest';
import { useState } from 'react';
import { mcpServersQuery } from '../../../api/ability-queries.ts';
import { request } from '../../../api/client.ts';
import { useChange } from '../../../api/queries.ts';
import { useMay } from '../../../app/role.tsx';
import { Confirm } from '../../../components/confirm.tsx';
import classes from '../../../components/console.module.css';
import { DeleteButton } from '../../../components/delete-button.tsx';
import { Loaded, Problem } from '../../../components/page.tsx';
import { useAbilitiesTexts } from '../../../i18n/abilities-texts.ts';
import { useFormats, useTexts } from '../../../i18n/language.tsx';
import own from './mcp.module.css';
import { McpForm } from './mcp-form.tsx';
import { withAllowed } from './mcp-values.ts';

/** The MCP servers of an avatar, each saved by itself. */
export function McpServers({ avatarPath }: { readonly avatarPath: string }) {
  const texts = useAbilitiesTexts().mcp;
  const { common } = useTexts();
  const mayChange = useMay('editor');
  const servers = useQuery(mcpServersQuery(avatarPath));
  const [edited, setEdited] = useState<McpServer | 'new' | null>(null);
  const [doomed, setDoomed] = useState<McpServer | null>(null);
  const remove = useChange(
    (id: string) => request('DELETE', `${avatarPath}/mcp-servers/${id}`),
    [mcpServersQuery(avatarPath).queryKey],
  );
  return (
    <section className={`${classes.card} ${classes.stack}`} aria-labelledby="mcp-servers">
      <h2 id="mcp-servers">{texts.title}</h2>
      <p className={classes.muted}>{texts.intro}</p>
      <Loaded of={servers} waiting={null}>
        {(all) =>
          all.length === 0 ? (
            <p className={classes.muted}>{texts.none}</p>
          ) : (
            <ul className={classes.list}>
              {all.map((server) => (
                <Row
                  key={server.mcpServerId}
                  avatarPath={avatarPath}
                  server={server}
                  onEdit={() => setEdited(server)}
                  onDelete={() => setDoomed(server)}
                />
              ))}
            </ul>
          )
        }
      </Loaded>
      {mayChange && (
        <div className={classes.actions}>
          <Button variant="default" onClick={() => setEdited('new')}>
            {texts.add}
          </Button>
        </div>
      )}
      {edited !== null && (
        <McpForm avatarPath={avatarPath} server={edited === 'new' ? null : edited} onClose={() => setEdited(null)} />
      )}
      <Confirm
        opened={doomed !== null}
        title={texts.deleteTitle}
        text={texts.deleteText}
        action={common.delete}
        change={remove}
        onClose={() => setDoomed(null)}
        onConfirm={() => doomed && remove.mutate(doomed.mcpServerId, { onSuccess: () => setDoomed(null) })}
      />
    </section>
  );
}

type RowProps = {
  readonly avatarPath: string;
  readonly server: McpServer;
  readonly onEdit: () => void;
  readonly onDelete: () => void;
};

function Row({ avatarPath, server, onEdit, onDelete }: RowProps) {
  const texts = useAbilitiesTexts().mcp;
  const { common } = useTexts();
  const { number } = useFormats();
  const mayChange = useMay('editor');
  const { mcpServerId, name, url, headerNames, allowedTools } = server;
  const ask = useMutation({
    mutationFn: () => request<McpTool[]>('POST', `${avatarPath}/mcp-servers/${mcpServerId}/tools`),
  });
  return (
    <li className={classes.row}>
      <div>
        <p className={classes.title}>{name}</p>
        <p className={classes.facts}>
          <span>{url}</span>
          <span>{headerNames.length === 0 ? texts.noHeaders : texts.withHeaders(headerNames.join(', '))}</span>
          <span>{allowedTools === null ? texts.allTools : texts.someTools(number(allowedTools.length))}</span>
        </p>
      </div>
      {mayChange && (
        <div className={classes.actions}>
          <Button variant="default" size="xs" loading={ask.isPending} onClick={() => ask.mutate()}>
            {ask.data === undefined ? texts.ask : texts.askAgain}
          </Button>
          <Button variant="default" size="xs" aria-label={common.labelled(texts.edit, name)} onClick={onEdit}>
            {texts.edit}
          </Button>
          <DeleteButton size="xs" name={name} onClick={onDelete} />
        </div>
      )}
      <Problem error={ask.error} />
      {ask.data !== undefined && <Tools avatarPath={avatarPath} server={server} there={ask.data} />}
    </li>
  );
}

type ToolsProps = { readonly avatarPath: string; readonly server: McpServer; readonly there: readonly McpTool[] };

/** Those that a server has, each with whether the avatar may call it. */
function Tools({ avatarPath, server, there }: ToolsProps) {
  const texts = useAbilitiesTexts().mcp;
  const { number } = useFormats();
  const { mcpServerId, allowedTools } = server;
  const allow = useChange(
    (allowed: readonly string[] | null) =>
      request<McpServer>('PATCH', `${avatarPath}/mcp-servers/${mcpServerId}`, { allowedTools: allowed }),
    [mcpServersQuery(avatarPath).queryKey],
  );
  const names = there.map(({ name }) => name);
  return (
    <>
      <p className={classes.muted} role="status">
        {texts.there(number(there.length))}
      </p>
      <ul className={own.tools}>
        {there.map(({ name, description }) => (
          <li key={name}>
            <Switch
              label={name}
              description={description}
              disabled={allow.isPending}
              checked={allowedTools === null || allowedTools.includes(name)}
              onChange={(event) => allow.mutate(withAllowed(allowedTools, names, name, event.currentTarget.checked))}
            />
          </li>
        ))}
      </ul>
      <Problem error={allow.error} />
    </>
  );
}
