/** A client is known by its methods. */
export function hasMethod(client: unknown, name: string): boolean {
  return typeof (client as Record<string, unknown> | null | undefined)?.[name] === 'function';
}
