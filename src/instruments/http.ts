import type { InstrumentEnvironment } from './environment.js';
import type { HttpRecording } from './instruments.js';

// Placeholder until the HTTP instrument lands: the helper in charge of it replaces this file.
export interface HttpInstrument {
  record(request: HttpRecording): void;
}

export function createHttpInstrument(_env: InstrumentEnvironment, _options: object): HttpInstrument {
  return { record() {} };
}
