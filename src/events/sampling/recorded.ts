const THRESHOLD = /^[0-9a-f]{14}$/;

/** What an event bears of the decision on it, if that was made under this version of the policy. */
export function recordedIn(
  event: object,
  policyVersion: string,
): { readonly threshold?: string | undefined; readonly windowId?: number | undefined } {
  const { sampling } = event as { readonly sampling?: Readonly<Record<string, unknown>> | null };
  if ((sampling?.policyVersion ?? sampling?.policy_version) !== policyVersion) return {};
  const threshold = sampling?.threshold;
  const windowId = sampling?.windowId ?? sampling?.window_id;
  return {
    threshold: typeof threshold === 'string' && THRESHOLD.test(threshold) ? threshold : undefined,
    windowId: typeof windowId === 'number' ? windowId : undefined,
  };
}
