// Customers: four at a time, from three companies, each with a ticket. Some ask for what fails, some leave early.
const COMPANIES = ['acme', 'globex', 'initech'];
const QUESTIONS = [
  'sign in asks for a token again',
  'export is slow in the morning',
  'invoice shows the wrong language',
];
const CUSTOMERS = 4;
const PAUSE_MS = 100;

/** Starts the traffic; the returned function ends it and waits for those who are still being served. */
export function startTraffic(url) {
  const stop = new AbortController();
  const customers = Array.from({ length: CUSTOMERS }, (_, index) => customer(url, index, stop.signal));
  return async () => {
    stop.abort();
    await Promise.all(customers);
  };
}

async function customer(url, index, stopped) {
  for (let visit = index; !stopped.aborted; visit += CUSTOMERS) {
    await visitDesk(url, visit).catch((error) => console.error(`customer ${index}: ${error.message}`));
    await new Promise((resolve) => setTimeout(resolve, PAUSE_MS));
  }
}

/** One ticket from opening to closing. Every number here repeats, so that the table shows each kind of ending. */
async function visitDesk(url, visit) {
  const company = COMPANIES[visit % COMPANIES.length];
  const sessionId = `session-${visit}`;
  const send = (method, path, body, signal) =>
    fetch(url + path, {
      method,
      headers: { 'Content-Type': 'application/json', 'X-Company-ID': company },
      body: body && JSON.stringify({ sessionId, ...body }),
      signal,
    });

  const ticketId = visit % 13 === 12 ? 'T-0' : `T-${1 + (visit % 36)}`;
  const opened = await send('POST', '/init', { ticketId });
  await opened.json();
  if (!opened.ok) return;

  const question = visit % 11 === 10 ? 'overload' : `${QUESTIONS[visit % 3]} ${visit % 7}`;
  await (await send('POST', '/query', { question })).json();

  if (visit % 5 === 4) await leaveEarly((signal) => send('POST', '/reply', { text: question }, signal));
  else await (await send('POST', '/reply', { text: QUESTIONS[visit % 3] })).text();

  await send('DELETE', `/sessions/${sessionId}`);
}

/** Goes away at the first piece of the answer. */
async function leaveEarly(request) {
  const leave = new AbortController();
  const response = await request(leave.signal);
  await response.body.getReader().read();
  leave.abort();
}
