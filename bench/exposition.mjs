/** The sum of a metric's samples in an exposition, a string or bytes: by it each contender shows that it recorded. */
export function sumOf(exposition, metric) {
  const start = `${metric}{`;
  let sum = 0;
  for (let at = exposition.indexOf(start); at >= 0; at = exposition.indexOf(start, at)) {
    const end = exposition.indexOf('\n', at);
    const line = exposition.subarray?.(at, end).toString() ?? exposition.slice(at, end);
    sum += Number(
      line
        .slice(line.lastIndexOf('}') + 1)
        .trim()
        .split(' ')[0],
    );
    at = end;
  }
  return sum;
}

/** @throws when a contender does not show what it was given, since it was then measured doing something else. */
export function assertShown(contender, shown, expected) {
  if (shown !== expected) throw new Error(`${contender} shows ${shown} of ${expected} recordings`);
}
