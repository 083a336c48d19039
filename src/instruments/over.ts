/** What is known by two: the second's word holds, but what it does not know hides nothing. */
export function over<K extends object>(base: K, known: K): K {
  const all = { ...base };
  for (const key in known) if (known[key] !== undefined) all[key] = known[key];
  return all;
}
