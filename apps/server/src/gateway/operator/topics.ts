/** Ids of projects and sessions: 32 hexadecimal digits, or any other word without signs that mean something in topics. */
const WORD = /^[\w.-]{1,120}$/;

export type OperatorTopic =
  | { readonly kind: 'user' | 'reply'; readonly projectId: string; readonly sessionId: string }
  | { readonly kind: 'presence'; readonly projectId: string };

/** The topics of operators, under a prefix like `navtalk/transparent`. */
export class Topics {
  readonly prefix: string;

  constructor(prefix: string) {
    this.prefix = prefix;
  }

  user(projectId: string, sessionId: string): string {
    return `${this.prefix}/${projectId}/${sessionId}/user`;
  }

  /** Null: it is none of them. */
  read(topic: string): OperatorTopic | null {
    if (!topic.startsWith(`${this.prefix}/`)) return null;
    const [projectId = '', sessionId = '', name = '', ...more] = topic.slice(this.prefix.length + 1).split('/');
    if (more.length > 0 || !WORD.test(projectId) || !WORD.test(sessionId)) return null;
    if (sessionId === 'agent') return name === 'presence' ? { kind: 'presence', projectId } : null;
    return name === 'user' || name === 'reply' ? { kind: name, projectId, sessionId } : null;
  }

  /** What operators of a project may write. */
  mayWrite(projectId: string, topic: string): boolean {
    const known = this.read(topic);
    return known !== null && known.projectId === projectId && known.kind !== 'user';
  }

  /** What operators of a project may read: anything below their own project, wildcards only behind its name. */
  mayRead(projectId: string, filter: string): boolean {
    return filter.startsWith(`${this.prefix}/${projectId}/`) && filter.length <= 400;
  }
}
