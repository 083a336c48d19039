// What is recorded, drawn before any clock starts: which label set, and which value.

const ZIPF = 1.1;

/** Numbers from 0 to 1, the same for the same seed (mulberry32). */
export function random(seed) {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** `sets` label sets of three labels each, in columns. */
export function labelSets(sets) {
  const methods = ['GET', 'POST', 'PUT', 'DELETE'];
  const statuses = ['200', '201', '404', '500', '503'];
  const ids = Array.from({ length: sets }, (_, id) => id);
  return {
    method: ids.map((id) => methods[id % 4]),
    route: ids.map((id) => `/api/v1/resource-${Math.floor(id / 20)}/:id`),
    status: ids.map((id) => statuses[Math.floor(id / 4) % 5]),
  };
}

/** `length` choices out of `sets`: some far more often than others, as in real traffic, and in no order. */
export function zipfSequence(length, sets, draw) {
  const cumulative = new Float64Array(sets);
  let sum = 0;
  for (let rank = 0; rank < sets; rank++) cumulative[rank] = sum += 1 / (rank + 1) ** ZIPF;
  const idOfRank = shuffled(sets, draw);
  return Uint32Array.from({ length }, () => idOfRank[firstAbove(cumulative, draw() * sum)]);
}

/** Durations in seconds, log-normal around 50 ms. */
export function durations(length, draw) {
  return Float64Array.from({ length }, () => {
    const normal = Math.sqrt(-2 * Math.log(1 - draw())) * Math.cos(2 * Math.PI * draw());
    return 0.05 * Math.exp(1.2 * normal);
  });
}

function shuffled(length, draw) {
  const ids = Uint32Array.from({ length }, (_, id) => id);
  for (let i = length - 1; i > 0; i--) {
    const other = Math.floor(draw() * (i + 1));
    [ids[i], ids[other]] = [ids[other], ids[i]];
  }
  return ids;
}

function firstAbove(cumulative, wanted) {
  let low = 0;
  let high = cumulative.length - 1;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (cumulative[middle] < wanted) low = middle + 1;
    else high = middle;
  }
  return low;
}
