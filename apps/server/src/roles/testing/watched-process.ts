// Watches the npm that started it, as the server does, and writes what it sees to the given file: a line at its start, one for each
// look, one when it is told to end. Ends after a minute by itself.
import { appendFileSync } from 'node:fs';
import { watchParent } from '../parent-watch.ts';

const path = process.argv[2] as string;
const tell = (line: string): void => appendFileSync(path, `${line}\n`);
const end = (line: string): void => {
  tell(line);
  process.exit(0);
};
tell(`process ${process.pid}`);
const watch = watchParent(() => end('gone'), 50);
process.on('SIGHUP', () => {
  if (!watch.isDetached()) end('hung up');
  watch.end();
  tell('goes on');
});
setInterval(() => tell('looks'), 100);
setTimeout(() => end('over'), 60_000);
