const PARTS: ReadonlySet<string> = new Set(['1b', '2', '3', '4', '5', '6', '7', '8']);

/** The text of a test file of the project, or undefined where there is none. */
type ReadTest = (path: string) => string | undefined;

/**
 * What is wrong with docs/requirements.md: an id that is missing, unknown or stands twice, a row without a proof, a
 * proof that names a part, a test file or a test title that does not exist.
 */
export function requirementProblems(page: string, ids: readonly string[], readTest: ReadTest): string[] {
  const rows = [...page.matchAll(/^\| (S\d+\.\d+|B\d+) \|(.*)\|$/gm)].map(([, id = '', rest = '']) => ({
    id,
    proofs: (rest.split(' | ').at(-1) ?? '').trim().split('<br>'),
  }));
  const seen = rows.map(({ id }) => id);
  return [
    ...ids.filter((id) => !seen.includes(id)).map((id) => `${id} has no row`),
    ...seen.filter((id) => !ids.includes(id)).map((id) => `${id} is not a requirement`),
    ...seen.filter((id, index) => seen.indexOf(id) !== index).map((id) => `${id} has two rows`),
    ...rows.flatMap(({ id, proofs }) => proofs.flatMap((proof) => proofProblems(id, proof, readTest))),
  ];
}

function proofProblems(id: string, proof: string, readTest: ReadTest): string[] {
  const part = /^part (\w+)$/.exec(proof)?.[1];
  if (part !== undefined) return PARTS.has(part) ? [] : [`${id} waits for part ${part}, which there is not`];
  const [, path, title] = /^`(test\/\S+)` › (.+)$/.exec(proof) ?? [];
  if (path === undefined || title === undefined) return [`${id} has neither a test nor a part, but "${proof}"`];
  const text = readTest(path);
  if (text === undefined) return [`${id} names ${path}, which does not exist`];
  return hasTest(text, title) ? [] : [`${id} names "${title}", which is no test of ${path}`];
}

/** Whether a file holds a test of this title, told from its source: `it('title'` or `it.each(…)('title'`. */
function hasTest(text: string, title: string): boolean {
  return ["'", '"', '`'].some((quote) => {
    const literal = quote + title.replaceAll(quote, `\\${quote}`) + quote;
    return text.split('\n').some((line) => line.includes(`(${literal}`) || line.trim().startsWith(`${literal},`));
  });
}
