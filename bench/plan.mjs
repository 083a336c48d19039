// How much is measured. The smoke run does everything on little data: its numbers say nothing.
const FULL = {
  'hot-path': { sets: [1, 100, 10_000], rounds: 15, length: 30_000, sampleMs: 15 },
  memory: { sets: 100_000, rounds: 9 },
  scrape: {
    // Series, and the highest number of observations of one.
    sizes: [
      [1_000, 1_000],
      [10_000, 1_000],
      [100_000, 1_000],
      [500_000, 100],
    ],
    rounds: 9,
    // From there on rivals take long, to end without an exposition: each gets one scrape, ours `peakRounds` for memory.
    rivalsOnceFrom: 500_000,
    peakRounds: 3,
    peakMost: 100,
  },
  http: {
    alone: { rounds: 21, requests: 500, batches: 10 },
    live: { rounds: 11, ms: 700, connections: 32 },
  },
  frameworks: { rounds: 11, ms: 700, connections: 32 },
  // Short samples in many rounds, since what disturbs one of them is no part of the median; several processes, since the
  // same code is not compiled the same way in each. `rounds` are those of one process, `warmUp` a share of them before.
  'model-calls': {
    processes: 5,
    warmUp: 0.4,
    call: { rounds: 100, count: 200 },
    stream: { rounds: 25, count: 8 },
    bytes: { rounds: 3, count: 40 },
  },
  events: { rounds: 11, count: 100_000, ms: 500, rate: 300_000, pacedMs: 3_000, pacedRounds: 5 },
  responses: { rounds: 15, requests: 160, connections: 8, workMs: 20, storeMs: 50 },
};

const SMOKE = {
  'hot-path': { sets: [1, 100], rounds: 2, length: 1_000, sampleMs: 1 },
  memory: { sets: 1_000, rounds: 1 },
  scrape: {
    sizes: [
      [1_000, 10],
      [2_000, 10],
    ],
    rounds: 1,
    rivalsOnceFrom: 2_000,
    peakRounds: 1,
    peakMost: 10,
  },
  http: {
    alone: { rounds: 2, requests: 100, batches: 1 },
    live: { rounds: 1, ms: 20, connections: 4 },
  },
  frameworks: { rounds: 1, ms: 20, connections: 4 },
  'model-calls': {
    processes: 1,
    warmUp: 1,
    call: { rounds: 2, count: 5 },
    stream: { rounds: 2, count: 1 },
    bytes: { rounds: 2, count: 1 },
  },
  events: { rounds: 1, count: 500, ms: 20, rate: 10_000, pacedMs: 50, pacedRounds: 1 },
  responses: { rounds: 1, requests: 8, connections: 4, workMs: 2, storeMs: 5 },
};

export function planOf(smoke) {
  return smoke ? SMOKE : FULL;
}
