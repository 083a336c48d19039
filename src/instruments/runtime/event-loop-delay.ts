/** Twenty milliseconds: docs/decisions/0021 says what less and more would cost. */
export const TICK_SECONDS = 0.02;

// Held from the start, so that the fake clock of a test neither drives the ticks nor is driven mad by them.
const every = setInterval;
const clear = clearInterval;
const now = performance.now.bind(performance);

/**
 * Tells, for each tick of a 20 ms clock, how late the loop came to it. A tick that fell due while the loop was blocked counts
 * as well as the one that found it free again, so that no moment is left out: else the longest stall would be one
 * observation among thousands. The timer does not keep the process alive.
 */
export function watchEventLoopDelay(record: (seconds: number) => void): () => void {
  let due = now() / 1000 + TICK_SECONDS;
  const timer = every(() => {
    const at = now() / 1000;
    let late = Math.max(0, at - due);
    due = at + TICK_SECONDS;
    record(late);
    while ((late -= TICK_SECONDS) > 0) record(late);
  }, TICK_SECONDS * 1000);
  timer.unref();
  return () => clear(timer);
}
