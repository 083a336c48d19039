export interface SamplingOptions { readonly rate?: number; readonly slowMs?: number; readonly criticalRoutes?: readonly string[] }
export function resolveSampling(options: SamplingOptions): SamplingOptions { return options; }
