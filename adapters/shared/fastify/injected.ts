import type { ServerResponse } from 'node:http';

/** Whether `app.inject()` made this response. */
export function isInjected(response: ServerResponse): boolean {
  return (response as { isLightMyRequest?: boolean }).isLightMyRequest === true;
}

/** An injected response has no socket that would take what is written, so it is finished when it is ended. */
export function finishAtEnd(response: ServerResponse): void {
  Object.defineProperty(response, 'writableFinished', {
    configurable: true,
    get(this: ServerResponse) {
      return this.writableEnded;
    },
  });
}
