/** A conversation that each client puts into its own form, and what a span shows of it. */
export const ANSWER = { text: ['Hi'], finish: 'stop', usage: { prompt: 12, completion: 30 } } as const;
export const SAID = [{ role: 'assistant', parts: [{ type: 'text', content: 'Hi' }], finish_reason: 'stop' }];
export const text = (content: string) => ({ type: 'text', content });
export const asked = { city: 'Paris', email: 'bob' };
export const call = { type: 'tool_call', id: 'c1', name: 'find', arguments: { city: 'Paris', email: '[redacted]' } };
export const found = { type: 'tool_call_response', id: 'c1', response: { rows: 2, password: '[redacted]' } };

/** Where instructions stand apart, and the user shows a picture; `role` is whose the tool's result is. */
export const apart = (image: string, role = 'user', result: object = found) => ({
  instructions: [text('Be kind.')],
  input: [
    { role: 'user', parts: [text('hello'), { type: image }] },
    { role: 'assistant', parts: [call] },
    { role, parts: [result] },
  ],
  output: SAID,
});

/** Where instructions are the first message. */
export const together = (...asks: object[]) => [
  { role: 'system', parts: [text('Be kind.')] },
  { role: 'user', parts: asks },
  { role: 'assistant', parts: [call] },
  { role: 'tool', parts: [found] },
];
