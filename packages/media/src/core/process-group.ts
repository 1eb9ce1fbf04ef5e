/** Who read what this process prints may go away (`| head`, a log collector that is started again): it goes on without. */
export function outliveReaders(): void {
  for (const stream of [process.stdout, process.stderr]) stream.on('error', () => {});
}

/** Ctrl-C and a terminal that is closed reach the whole group of processes: whoever started this one decides when it ends. */
export function leaveEndToParent(): void {
  for (const signal of ['SIGINT', 'SIGHUP'] as const) process.on(signal, () => {});
}
