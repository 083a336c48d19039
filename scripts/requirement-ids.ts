const SOURCES = { S0: 11, S1: 18, S2: 16, S3: 16, S4: 18 };
const DECISIONS = 37;

/** Every number that docs/requirements.md has to hold: the requirements of the five sources, and the decisions. */
export const requirementIds: readonly string[] = [
  ...Object.entries(SOURCES).flatMap(([source, count]) => numbered(`${source}.`, count)),
  ...numbered('B', DECISIONS),
];

function numbered(prefix: string, count: number): string[] {
  return Array.from({ length: count }, (_, index) => `${prefix}${index + 1}`);
}
