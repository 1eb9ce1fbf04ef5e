import { monitorEventLoopDelay } from 'node:perf_hooks';

/** Loaded into a server under test with `--import`: tells on SIGUSR2 how late its event loop was since the start. */
const delay = monitorEventLoopDelay({ resolution: 10 });
delay.enable();
process.on('SIGUSR2', () => {
  const delays = { p99Ms: delay.percentile(99) / 1e6, maxMs: delay.max / 1e6 };
  console.error(`EVENT_LOOP_DELAY ${JSON.stringify(delays)}`);
  delay.reset();
});
