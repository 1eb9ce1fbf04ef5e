import type { Avatar, Conversation, Project, User } from '@visavis/protocol/rest';

const at = '2026-01-02T03:04:05Z';

export const sampleProject: Project = {
  projectId: 'f'.repeat(32),
  name: 'Shop',
  retentionDays: null,
  createdAt: at,
  role: 'owner',
};

export const sampleUser: User = { userId: 'u', name: 'Mia', email: 'mia@example.org', role: 'member', createdAt: at };

export const sampleAvatar: Avatar = {
  avatarId: 'a1',
  name: 'nora',
  title: 'Receptionist',
  isSystem: false,
  state: 'ready',
  stateDetail: null,
  failure: null,
  provider: 'local',
  model: 'gpt-realtime',
  voice: 'marin',
  speaker: null,
  language: 'en-US',
  prompt: 'Be kind.',
  firstMessage: 'Hello!',
  knowledge: '',
  tools: [],
  maxCallSeconds: null,
  recordCalls: false,
  remembers: false,
  parts: {},
  notice: null,
  job: null,
  thumbnailUrl: null,
  previewUrl: null,
  sourceUrl: null,
  face: null,
  createdAt: at,
  updatedAt: at,
};

export const sampleTalk: Conversation = {
  sessionId: 's1',
  avatarId: 'a1',
  avatarName: 'nora',
  licenceId: 'k1',
  keyName: 'Shop',
  origin: null,
  callerId: null,
  status: 'completed',
  reason: 'client-closed-1000',
  startedAt: at,
  endedAt: '2026-01-02T03:06:10Z',
  messageCount: 4,
  firstWords: 'Is there tea?',
  latencyMs: 840,
  rating: null,
  ratingText: '',
};
