export function explainSampling(): void {}
