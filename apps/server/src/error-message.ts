/** The sentence inside whatever was thrown. */
export function errorMessage(error: unknown): string {
  // What Node throws when none of a host's addresses can be reached says nothing itself.
  if (error instanceof AggregateError && error.message === '') return error.errors.map(errorMessage).join('; ');
  return error instanceof Error ? error.message : String(error);
}
