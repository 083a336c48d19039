/**
 * How many cases of a model are run, and which: the same ones for every commit, so that a gate that was green stays so.
 * `MODEL_RUNS=5000` runs as many others (`MODEL_SEED` repeats those of an earlier run).
 */
export function modelRuns(most: number): { numRuns: number; seed?: number } {
  const { MODEL_RUNS, MODEL_SEED } = process.env;
  if (MODEL_RUNS === undefined) return { numRuns: most, seed: 20_261_126 };
  return { numRuns: Number(MODEL_RUNS), ...(MODEL_SEED !== undefined && { seed: Number(MODEL_SEED) }) };
}
