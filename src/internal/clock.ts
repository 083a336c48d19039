/** Monotonic seconds, for durations. */
export function nowSeconds(): number {
  return performance.now() / 1000;
}

/** Unix seconds, for time stamps that leave the process. */
export function unixSeconds(): number {
  return Date.now() / 1000;
}
