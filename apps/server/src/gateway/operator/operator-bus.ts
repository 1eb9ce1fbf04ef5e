import type { OperatorMessage } from '@visavis/protocol/schemas';

export type OperatorAnswer = Exclude<OperatorMessage, { kind: 'presence' }>;

/** Where operators and this server write to each other, whichever broker stands between them. */
export type OperatorBus = {
  /** Tells the operators of a project; lost where none is there, or the broker is not reached. */
  tell(projectId: string, sessionId: string, json: string): void;
  close(): Promise<void>;
};

export type BusListener = {
  /** An operator has written to a talk of the project, which he may. `operatorId`: his connection; null: it is not known. */
  message(projectId: string, sessionId: string, message: OperatorAnswer, operatorId: string | null): void;
  presence(projectId: string, isOnline: boolean, operatorId: string | null): void;
};
