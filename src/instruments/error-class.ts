/** Why a model call failed: the closed set of `llm_errors_total`. */
export type ErrorClass =
  | 'rate_limit'
  | 'quota'
  | 'timeout'
  | 'context_length'
  | 'content_filter'
  | 'auth'
  | 'invalid_request'
  | 'overloaded'
  | 'server'
  | 'network'
  | 'other';

/** By the words of a code, type or class name, the most telling first. */
const BY_WORD: ReadonlyArray<readonly [RegExp, ErrorClass]> = [
  [/insufficient_quota|quota_?exceeded|resource_?exhausted|payment_?required|billing|servicequota/i, 'quota'],
  [/context_length|context_window|prompt_too_long|content_?too_?large|request_too_large/i, 'context_length'],
  [/content_?filter|content_policy|guardrail|safety|prohibited/i, 'content_filter'],
  [/rate_?limit|throttl|too_?many_?requests/i, 'rate_limit'],
  [/timeout|timed_?out|deadline/i, 'timeout'],
  [/overloaded|service_?unavailable|modelnotready/i, 'overloaded'],
  [/authentication|unauthor|permission|forbidden|access_?denied|invalid_api_key|unrecognizedclient/i, 'auth'],
  [/connection|econn|\benotfound|eai_again|epipe|und_err|socket|network|fetch failed/i, 'network'],
  [/invalid_request|badrequest|validation|unprocessable|not_?found|conflict/i, 'invalid_request'],
  [/internal_?server|server_?error|modelstreamerror|internalfailure/i, 'server'],
];

const TOO_LONG = /^prompt is too long|exceed(s|ed)? (the )?context (limit|window)/i;

const BY_STATUS: Readonly<Record<number, ErrorClass>> = {
  401: 'auth',
  402: 'quota',
  403: 'auth',
  408: 'timeout',
  413: 'context_length',
  429: 'rate_limit',
  503: 'overloaded',
  504: 'timeout',
  529: 'overloaded',
};

/** Finds the class of what was thrown by its `code`, `type`, `status`, name and cause; no client is imported. Never throws. */
export function errorClassOf(error: unknown): ErrorClass {
  try {
    return classOf(error, 0) ?? 'other';
  } catch {
    return 'other';
  }
}

/** An error may stand for another: those of retries, and of `fetch`, say why in their cause. */
const DEEPEST_CAUSE = 3;

function classOf(error: unknown, depth: number): ErrorClass | undefined {
  if (typeof error !== 'object' || error === null || depth > DEEPEST_CAUSE) return undefined;
  const given = error as Record<string, unknown>;
  const status = statusIn(given);
  const body = bodyOf(given);
  // Anthropic has no code for it: only its sentence tells.
  if (status === 400 && typeof body?.message === 'string' && TOO_LONG.test(body.message)) return 'context_length';
  // An answer of AWS that says what is wrong becomes an error of that name, which then has no code.
  const name = given.$metadata === undefined || given.code !== undefined ? undefined : given.name;
  const words = [given.code, given.type, given.errorCode, body?.code, body?.type, name];
  const told = byWords(words.filter((word) => typeof word === 'string') as string[]);
  // A code tells more than a status: 400 may be a prompt that is too long, 429 an account without money.
  if (told !== undefined && told !== 'server' && told !== 'invalid_request') return told;
  const byStatus = status === undefined ? undefined : (BY_STATUS[status] ?? (status >= 500 ? 'server' : undefined));
  if (byStatus !== undefined) return byStatus;
  const named = byWords(namesOf(given));
  if (named !== undefined && named !== 'network') return named;
  const cause = classOf(given.cause ?? given.lastError, depth + 1);
  if (cause !== undefined) return cause;
  if (told !== undefined || named !== undefined) return told ?? named;
  return status !== undefined && status >= 400 ? 'invalid_request' : undefined;
}

function byWords(words: readonly string[]): ErrorClass | undefined {
  for (const [pattern, errorClass] of BY_WORD) if (words.some((word) => pattern.test(word))) return errorClass;
  return undefined;
}

function namesOf(error: Record<string, unknown>): string[] {
  const maker = (error.constructor as { name?: unknown } | undefined)?.name;
  const names = [error.name, maker].filter((name) => typeof name === 'string') as string[];
  // What `fetch` throws has no name of its own.
  return error.message === 'fetch failed' ? [...names, 'fetch failed'] : names;
}

function statusIn(error: Record<string, unknown>): number | undefined {
  const metadata = error.$metadata as { httpStatusCode?: unknown } | undefined;
  const status = [error.status, error.statusCode, metadata?.httpStatusCode].find((value) => typeof value === 'number');
  return status as number | undefined;
}

function bodyOf(error: Record<string, unknown>): Record<string, unknown> | undefined {
  const { error: body } = error;
  if (typeof body !== 'object' || body === null) return undefined;
  const { error: inner } = body as { error?: unknown };
  return (typeof inner === 'object' && inner !== null ? inner : body) as Record<string, unknown>;
}
