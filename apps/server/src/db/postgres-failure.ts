import { errorMessage } from '../error-message.ts';
import { StartError } from '../start-error.ts';

type Server = { readonly place: string; readonly user: string; readonly database: string };

const CHECK = 'Check DATABASE_URL';

/** By the code of the system, or PostgreSQL's (SQLSTATE). */
const CAUSES: Readonly<Record<string, (server: Server) => string>> = {
  ECONNREFUSED: ({ place }) => `no server answers at ${place}. Start it, or check host and port of DATABASE_URL.`,
  ENOENT: ({ place }) => `no server answers at ${place}. Start it, or check the socket of DATABASE_URL.`,
  ENOTFOUND: ({ place }) => `the host of ${place} is unknown. ${CHECK}.`,
  EAI_AGAIN: ({ place }) => `the host of ${place} could not be resolved. Check DATABASE_URL and the name servers.`,
  EHOSTUNREACH: ({ place }) => `there is no way to ${place}. Check the network and DATABASE_URL.`,
  ENETUNREACH: ({ place }) => `there is no way to ${place}. Check the network and DATABASE_URL.`,
  ETIMEDOUT: ({ place }) => `${place} does not answer. Check the network, its firewall and DATABASE_URL.`,
  ECONNRESET: ({ place }) => `${place} breaks connections off. Is it PostgreSQL? ${CHECK}.`,
  '28P01': ({ user, place }) => `${place} refuses the password of "${user}". ${CHECK}; signs in it are written as %40.`,
  '28000': ({ user, place }) => `${place} does not let "${user}" in. Check DATABASE_URL and the server's pg_hba.conf.`,
  '3D000': ({ database, user }) =>
    `there is no database "${database}". Make it (createdb --owner=${user} ${database}), or check DATABASE_URL.`,
  '42501': ({ database, user }) =>
    `"${user}" may not make tables in it. Give it to that user: ALTER DATABASE "${database}" OWNER TO "${user}".`,
  '25006': () => 'it can only be read. Is it a standby? Let DATABASE_URL lead to the primary server.',
  '53300': () => 'it has too many connections. Raise its max_connections, or stop what else uses it.',
  '53100': () => 'its disk is full. Make room there.',
  '57P03': () => 'it is starting up or shutting down. Start again in a moment.',
};

/** Turns whatever kept PostgreSQL from opening into a sentence that helps, and that holds no password. */
export function explainPostgres(databaseUrl: string, error: unknown): StartError {
  if (error instanceof StartError) return error;
  const server = readUrl(databaseUrl);
  const cause = causeOf(error, server) ?? `${errorMessage(innermost(error))}. ${CHECK}.`;
  return new StartError(`The PostgreSQL database of DATABASE_URL cannot be used: ${cause}`, { cause: error });
}

function causeOf(error: unknown, server: Server): string | null {
  for (const one of chainOf(error)) {
    const code = 'code' in one ? String(one.code) : '';
    if (CAUSES[code] !== undefined) return CAUSES[code](server);
    if (/timeout/i.test(one.message)) return CAUSES.ETIMEDOUT?.(server) ?? null;
    if (/terminated unexpectedly|unknown authenticationOk|startup packet/i.test(one.message)) {
      return CAUSES.ECONNRESET?.(server) ?? null;
    }
  }
  return null;
}

/** The error, what caused it and so on; of several attempts the first. */
function chainOf(error: unknown): Error[] {
  if (!(error instanceof Error)) return [];
  const next: unknown = error instanceof AggregateError ? error.errors[0] : error.cause;
  return [error, ...chainOf(next)];
}

function innermost(error: unknown): unknown {
  return chainOf(error).at(-1) ?? error;
}

function readUrl(databaseUrl: string): Server {
  if (!URL.canParse(databaseUrl)) return { place: 'the address', user: '', database: '' };
  const { hostname, port, username, pathname, searchParams } = new URL(databaseUrl);
  const user = decodeURIComponent(username);
  const place = searchParams.get('host') ?? `${hostname}:${port || '5432'}`;
  return { place, user, database: decodeURIComponent(pathname.slice(1)) || user };
}
