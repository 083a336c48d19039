/** Every file that a package.json promises: main, module, types, typesVersions and exports, each once. */
export function exportedFiles(manifest: Readonly<Record<string, unknown>>): string[] {
  const found = new Set<string>();
  for (const field of ['main', 'module', 'types', 'exports', 'typesVersions']) collect(manifest[field], found);
  return [...found];
}

function collect(value: unknown, found: Set<string>): void {
  if (typeof value === 'string') found.add(value);
  else if (typeof value === 'object' && value !== null) for (const inner of Object.values(value)) collect(inner, found);
}
