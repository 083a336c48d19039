type Sync = (done: (error: Error | null) => void) => void;

/** Has several synced in the background; tells when all have answered whether one has failed. */
export function syncLater(syncs: readonly Sync[], answered: (failed: boolean) => void): void {
  if (syncs.length === 0) answered(false);
  let [left, failed] = [syncs.length, false];
  const done = (error: Error | null): void => {
    left -= 1;
    failed ||= error !== null;
    if (left === 0) answered(failed);
  };
  for (const sync of syncs) sync(done);
}
