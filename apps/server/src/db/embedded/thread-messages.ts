/** What passes between the database's thread and the pool on the main thread. Every value travels as PostgreSQL text. */

export type TextValue = string | null;

export type ThreadRequest =
  | { readonly id: number; readonly kind: 'query'; readonly text: string; readonly values: readonly TextValue[] | null }
  /** Ends a transaction that a released client left open. */
  | { readonly id: number; readonly kind: 'rollback' }
  | { readonly id: number; readonly kind: 'close' };

type ThreadField = { readonly name: string; readonly dataTypeID: number };

export type ThreadResult = {
  readonly command: string;
  readonly rowCount: number | null;
  readonly fields: readonly ThreadField[];
  readonly rows: readonly (readonly TextValue[])[];
};

/** The fields of `pg.DatabaseError`. Without `code` the engine itself failed, not the statement. */
export type ThreadError = {
  readonly message: string;
  readonly code?: string | undefined;
  readonly severity?: string | undefined;
  readonly detail?: string | undefined;
  readonly hint?: string | undefined;
  readonly position?: string | undefined;
  readonly where?: string | undefined;
  readonly schema?: string | undefined;
  readonly table?: string | undefined;
  readonly column?: string | undefined;
  readonly dataType?: string | undefined;
  readonly constraint?: string | undefined;
};

export type ThreadReply =
  | { readonly kind: 'ready' }
  | { readonly kind: 'failed'; readonly message: string }
  | {
      readonly kind: 'result';
      readonly id: number;
      readonly results: readonly ThreadResult[];
      /** The session is inside an explicit transaction block. */
      readonly inTransaction: boolean;
    }
  | { readonly kind: 'error'; readonly id: number; readonly error: ThreadError; readonly inTransaction: boolean };

export type ThreadStart = {
  /** `initialise` makes a new database folder and ends; `serve` opens one and answers requests. */
  readonly task: 'initialise' | 'serve';
  readonly databasePath: string;
};
