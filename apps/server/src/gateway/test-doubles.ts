import type { SessionCommand, SessionConfig, SessionEvent } from '@visavis/media/session-events';
import type { Admission, CallAvatar, CallPlacer, ConversationStore, Logger } from '../ports.ts';

/** Scripted ports for tests: no database, no media. */

export const TEST_KEY = 'sk_navtalk_0123456789abcdefghijklmnopqrstuv';

export const TEST_AVATAR: CallAvatar = {
  avatarId: '0123456789abcdef0123456789abcdef',
  name: 'navtalk.Leo',
  provider: 'local',
  model: 'gpt-realtime',
  voice: 'cedar',
  language: 'en',
  prompt: 'You are Leo.',
  firstMessage: 'Hello!',
  bundlePath: '/avatars/leo',
};

export function scriptedAdmission(maxConcurrentCalls = 5): Admission {
  return {
    async findLicence(key) {
      if (key === 'broken') throw new Error('database is away');
      if (key === 'poor') {
        return {
          licenceId: 'poor',
          projectId: 'p',
          maxConcurrentCalls,
          keyDigest: '',
          refusal: 'insufficient-balance',
        };
      }
      return key === TEST_KEY
        ? { licenceId: 'licence', projectId: 'project', maxConcurrentCalls, keyDigest: '' }
        : null;
    },
    async findAvatar(_projectId, query) {
      if (query.avatarId !== undefined) {
        return query.avatarId === TEST_AVATAR.avatarId
          ? { kind: 'found', avatar: TEST_AVATAR, ambiguous: false }
          : { kind: 'missing' };
      }
      if (query.name === undefined) return { kind: 'found', avatar: TEST_AVATAR, ambiguous: false };
      if (query.name === 'twins') return { kind: 'found', avatar: { ...TEST_AVATAR, name: 'twins' }, ambiguous: true };
      if (query.name === 'navtalk.Nobody')
        return { kind: 'found', avatar: TEST_AVATAR, ambiguous: false, isStandIn: true };
      return query.name === TEST_AVATAR.name
        ? { kind: 'found', avatar: TEST_AVATAR, ambiguous: false }
        : { kind: 'missing' };
    },
  };
}

type ScriptedCall = {
  readonly config: SessionConfig;
  readonly commands: SessionCommand[];
  emit(event: SessionEvent): void;
};

export type ScriptedPlacer = CallPlacer & { readonly calls: ScriptedCall[]; full: boolean; autoReady: boolean };

/** Takes every call, says `ready` in the next turn of the loop, and answers `close` with `closed`. */
export function scriptedPlacer(): ScriptedPlacer {
  const placer: ScriptedPlacer = {
    calls: [],
    full: false,
    autoReady: true,
    open(config, listener) {
      if (placer.full) return null;
      const call: ScriptedCall = { config, commands: [], emit: listener };
      placer.calls.push(call);
      if (placer.autoReady) setImmediate(() => listener({ type: 'ready', hears: true, sees: false }));
      return {
        send(command, taken) {
          call.commands.push(command);
          taken?.();
          if (command.type === 'close') setImmediate(() => listener({ type: 'closed', reason: command.reason }));
        },
      };
    },
  };
  return placer;
}

export type RememberedConversations = ConversationStore & {
  readonly entries: {
    readonly kind: 'start' | 'message' | 'tool-call' | 'tool-result' | 'end';
    readonly value: Readonly<Record<string, unknown>>;
  }[];
};

export function rememberedConversations(): RememberedConversations {
  const entries: RememberedConversations['entries'] = [];
  return {
    entries,
    async start(value) {
      entries.push({ kind: 'start', value });
    },
    async addMessage(value) {
      entries.push({ kind: 'message', value });
    },
    async startToolCall(value) {
      entries.push({ kind: 'tool-call', value });
    },
    async finishToolCall(value) {
      entries.push({ kind: 'tool-result', value });
    },
    async end(sessionId, outcome) {
      entries.push({ kind: 'end', value: { sessionId, ...outcome } });
    },
  };
}

export type RememberedLog = Logger & { readonly lines: { readonly level: string; readonly text: string }[] };

export function rememberedLog(): RememberedLog {
  const lines: { level: string; text: string }[] = [];
  const write = (level: string) => (fields: Readonly<Record<string, unknown>>, message: string) => {
    lines.push({ level, text: `${message} ${JSON.stringify(fields)}` });
  };
  return { lines, debug: write('debug'), info: write('info'), warn: write('warn'), error: write('error') };
}
