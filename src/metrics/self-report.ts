/** Why an observation was refused. */
export type RejectReason = 'not_finite' | 'negative' | 'label_count' | 'label_value';

/** How the storage says what it could not keep; the registry counts it in families of its own. */
export interface SelfReport {
  /** An observation was refused. */
  rejected(family: string, reason: RejectReason): void;
  /** A label set went to the overflow series. */
  dropped(family: string): void;
  /** Something of ours went wrong, or a value had to be changed, while the caller's work went on. */
  internal(part: string): void;
}

/** For the families that do the counting themselves. */
export const SILENT: SelfReport = Object.freeze({
  rejected() {},
  dropped() {},
  internal() {},
});
