const DAY_US = 86_400_000_000;

let latest = 0;

/**
 * Epoch microseconds of now: whole milliseconds of the clock, and of the microseconds what the monotonic one has. The two do not
 * turn together, so within a millisecond a later call is held to be no earlier; a clock that is set back is followed.
 */
export function microsecondsNow(): number {
  const now = Date.now() * 1_000 + (Math.floor(performance.now() * 1_000) % 1_000);
  latest = now < latest && latest - now < 1_000 ? latest : now;
  return latest;
}

/** `2025-12-16T08:00:05.123456+00:00` */
export function isoOf(microseconds: number): string {
  const [date, time] = partsOf(microseconds);
  return `${date}T${time}.${fractionOf(microseconds)}+00:00`;
}

/** `20251216_080005_123456`, in UTC */
export function stampOf(microseconds: number): string {
  const [date, time] = partsOf(microseconds);
  return `${date.replaceAll('-', '')}_${time.replaceAll(':', '')}_${fractionOf(microseconds)}`;
}

/** The stamp, and where another file has it already, the stamp with a sequence: `…_123456`, `…_123456_1`, `…_123456_2`. */
export function* stampsOf(microseconds: number): Generator<string, never> {
  const stamp = stampOf(microseconds);
  yield stamp;
  for (let sequence = 1; ; sequence++) yield `${stamp}_${sequence}`;
}

/** The UTC day of a moment, `20251216`. */
export function dayOf(microseconds: number): string {
  return stampOf(microseconds).slice(0, 8);
}

/** The first UTC day that is kept: a day that began more than `days` ago is too old, so that nothing is kept for longer. */
export function firstDayKept(days: number): string {
  return dayOf(Math.floor(microsecondsNow() - days * DAY_US) + DAY_US - 1);
}

function partsOf(microseconds: number): [date: string, time: string] {
  const iso = new Date(Math.floor(microseconds / 1_000)).toISOString();
  return [iso.slice(0, 10), iso.slice(11, 19)];
}

function fractionOf(microseconds: number): string {
  return String(microseconds % 1_000_000).padStart(6, '0');
}
