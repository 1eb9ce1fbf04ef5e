/** Why the server cannot start, as a sentence for its operator: the setting, folder or service, the cause, and the way out. */
export class StartError extends Error {}
