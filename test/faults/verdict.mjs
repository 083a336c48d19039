// What may not be, whatever fails.

/**
 * The log of `wal`: one write an event, what it takes to go on in another file, and the sign that its process lives. None
 * waits for the disk itself.
 */
const OF_THE_LOG =
  /^(write|openat|close|statx|unlink|ftruncate) \*\.segment$|^(openat|newfstatat|getdents64|close) spool$|^utimensat lock$/;

const sum = (parts) => Object.values(parts).reduce((total, part) => total + part, 0);

/**
 * `losesBy` of a fault are the reasons for which it may drop events, `refuses` says whether it may have some rejected; nothing
 * else may be lost, and all that is lost is counted.
 */
export function problemsOf(
  { losesBy = [], refuses = false, once = false },
  { durability, measured, sent, end, events },
) {
  const problems = [];
  const require = (holds, problem) => void (holds || problems.push(problem));
  const { report, rejected, unbalanced, isSettled } = end;
  const { failures } = sent;
  require(failures.length === 0, `${failures.length} requests failed, the first with ${failures[0]?.failure}`);
  require(unbalanced.length === 0, `the equation does not hold: ${JSON.stringify(unbalanced[0])}`);
  require(isSettled && measured.every((round) => round.isSettled), 'events still waited long after the fault');
  const unexpected = Object.keys(report.dropped).filter(
    (reason) => report.dropped[reason] > 0 && !losesBy.includes(reason),
  );
  require(unexpected.length === 0, `events were dropped: ${JSON.stringify(report.dropped)}`);
  require(refuses || sum(report.rejected) === 0, `events were rejected: ${JSON.stringify(report.rejected)}`);
  require(report.submitted === 2 * sent.sent, `${report.submitted} events were submitted by ${sent.sent} requests`);

  for (const { files = {}, waiting = [] } of measured.map(({ calls = {} }) => calls)) {
    const waits = Object.keys(files).filter((call) => durability !== 'wal' || !OF_THE_LOG.test(call));
    require(waits.length === 0, `the main thread has worked on files: ${waits.join(', ')}`);
    require(waiting.length === 0, `the main thread has a socket that it waits for: ${waiting[0]}`);
  }

  const ids = new Set(events.map(({ event_id }) => event_id));
  const kept = report.accepted - sum(report.dropped);
  require(ids.size === kept, `${ids.size} events are stored, of ${kept} that were accepted and not dropped`);
  require(!once || ids.size === events.length, `${events.length - ids.size} events are stored twice`);
  if (sum(report.dropped) > 0) return problems;
  const refused = new Set(rejected);
  const values = new Set(events.filter((event) => event.metric_name === 'answered').map(({ value }) => value));
  const requests = new Set(events.map(({ request_id }) => request_id));
  const answered = Array.from({ length: sent.sent }, (_, id) => id);
  const missing = answered.filter((id) => values.has(id) === refused.has(id));
  require(missing.length ===
    0, `${missing.length} metrics are missing, or stored although they were refused, the first of request ${missing[0]}`);
  const silent = answered.filter((id) => !requests.has(`r-${id}`)).length;
  require(silent === 0 || sum(report.rejected) >= silent + refused.size, `${silent} wide events are missing`);
  return problems;
}
