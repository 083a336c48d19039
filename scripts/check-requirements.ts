import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { root } from './project.ts';
import { requirementIds } from './requirement-ids.ts';
import { requirementProblems } from './requirements.ts';

const page = readFileSync(join(root, 'docs/requirements.md'), 'utf8');
const problems = requirementProblems(page, requirementIds, (path) =>
  existsSync(join(root, path)) ? readFileSync(join(root, path), 'utf8') : undefined,
);
for (const problem of problems) console.error(problem);
console.log(`requirements: ${requirementIds.length} rows, ${problems.length} problems`);
process.exitCode = problems.length === 0 ? 0 : 1;
