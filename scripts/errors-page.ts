type Codes = Readonly<Record<string, { readonly means: string; readonly solve: string; readonly retired?: true }>>;

/** docs/errors.md: one heading a code, so that the anchor in each message leads to it. */
export function errorsPage(codes: Codes): string {
  const sections = Object.entries(codes).map(([code, { means, solve, retired }]) =>
    [`## ${code}`, '', retired ? `${means} No longer thrown.` : means, '', `**What to do:** ${solve}`, ''].join('\n'),
  );
  return `# Errors

Generated from \`src/errors/codes.ts\` by \`npm run docs\`.

Only set-up throws: defining a family, making an instance, starting a server, wrapping a function; and \`recordOperation\`, which
validates what it is given. What they throw is a \`PromptheusError\`; its \`code\` is one of these and keeps its meaning for good. All
else that records never throws: what it has to refuse it counts in \`promptheus_rejected_observations_total{family,reason}\`.

${sections.join('\n')}`;
}
