const WIDTH = 30;
/** Where nobody watches, a line at every tenth. */
const STEPS_IN_FILE = 10;
const STEPS_ON_SCREEN = 1000;

/** What progress is written to. */
type Output = { readonly isTTY?: boolean | undefined; write(text: string): unknown };

/** A bar that grows in place on a terminal, and ten lines in a log. */
export function showProgress(totalBytes: number, output: Output): { show(bytes: number): void; end(): void } {
  const isScreen = output.isTTY === true;
  const steps = isScreen ? STEPS_ON_SCREEN : STEPS_IN_FILE;
  let shown = -1;
  return {
    show(bytes) {
      const step = Math.floor((steps * bytes) / totalBytes);
      if (step === shown) return;
      shown = step;
      const filled = Math.round((WIDTH * bytes) / totalBytes);
      const bar = `[${'█'.repeat(filled)}${'·'.repeat(WIDTH - filled)}]`;
      const line = `${bar} ${Math.floor((100 * bytes) / totalBytes)} %, ${(bytes / 1_000_000).toFixed(1)} of ${(totalBytes / 1_000_000).toFixed(1)} MB`;
      output.write(isScreen ? `\r${line}` : `${line}\n`);
    },
    end() {
      if (isScreen && shown >= 0) output.write('\n');
    },
  };
}
