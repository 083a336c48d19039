/** CPU milliseconds of all threads, and of this one, of each time that the work is done. */
export async function cpuOf(work, times) {
  const before = process.cpuUsage();
  const mainBefore = process.threadCpuUsage();
  for (let n = 0; n < times; n++) await work();
  const main = process.threadCpuUsage(mainBefore);
  const all = process.cpuUsage(before);
  return { all: (all.user + all.system) / 1_000 / times, main: (main.user + main.system) / 1_000 / times };
}

/** The longest time in milliseconds between two turns of the event loop while the work goes on. */
export async function longestGap(work) {
  let longest = 0;
  let last = performance.now();
  let running = true;
  const turn = () => {
    const now = performance.now();
    longest = Math.max(longest, now - last);
    last = now;
    if (running) setImmediate(turn);
  };
  setImmediate(turn);
  try {
    await work();
  } finally {
    running = false;
    turn();
  }
  return longest;
}
