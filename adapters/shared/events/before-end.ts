/** So long a broker may take once the end has come. In a healthy one, that is one wait for a batch, and some more. */
const LAST_MS = 1_500;

/**
 * What is worked on, unless it takes too long after the signal has come: a broker that accepts and never answers would be
 * waited for as long as its client is patient.
 */
export async function beforeEnd<T>(work: Promise<T>, signal: AbortSignal | undefined): Promise<T> {
  if (signal === undefined) return work;
  const { promise: late, reject } = Promise.withResolvers<never>();
  let timer: NodeJS.Timeout | undefined;
  const wait = (): void => {
    timer = setTimeout(() => reject(new Error(`no answer in the last ${LAST_MS} ms`)), LAST_MS);
  };
  if (signal.aborted) wait();
  else signal.addEventListener('abort', wait, { once: true });
  try {
    return await Promise.race([work, late]);
  } finally {
    clearTimeout(timer);
    signal.removeEventListener('abort', wait);
  }
}
