// What docs/performance.md says about how each number was taken. The numbers come from results/.

export const INTRODUCTION = `# Performance

Written by \`node bench/page.mjs\` from the newest two full runs in \`bench/results/\`; do not edit. \`npm run bench\`
takes a run of about twenty minutes on a quiet machine, \`npm run bench -- --only hot-path\` (\`memory\`, \`scrape\`,
\`http\`) one part of it.`;

export const HOW_TO_READ = `## How to read it

- A figure is a median over the rounds of a run, with its 90 % interval by bootstrap in brackets. In a ratio the rounds
  are drawn together: one that was slow was slow for all.
- All contenders of a comparison take turns within one run, forwards and backwards, so a ratio means more than the time
  behind it: nanoseconds move by a third from machine to machine and hour to hour. Nanoseconds are by the wall clock,
  so that a busy machine widens the intervals; milliseconds of a scrape and microseconds of a live request are CPU.
- A target is met when the **worse end** of the interval meets it, in every run that is shown.
- What is recorded is drawn before any clock starts: label sets by a shuffled Zipf law, durations log-normal around
  50 ms. Every histogram has prom-client's eleven default buckets.
- Every contender has to show its recordings in its own exposition afterwards, or the run fails: nobody is measured doing
  nothing.
- Contenders: prom-client 15.1.3, @prometheus-io/client 0.16.1, @platformatic/prom-client 1.0.0, OpenTelemetry
  sdk-metrics 3.1.0 with exporter-prometheus 0.301.0 (its limit of 2,000 label sets raised), express-prom-bundle 8.0.0,
  prometheus-api-metrics 4.0.0, swagger-stats 0.99.7 with the prom-client 14.2.0 it asks for, a middleware written by
  hand with prom-client, and no middleware at all.`;

export const GROUP_TEXTS = {
  'hot-path': {
    title: 'One recording',
    text: `Three labels; \`observe\` into a histogram, \`inc\` of a counter, as a part of prom-client's usual call with its label
object built in the loop, as users build it. Each contender's loop is compiled from a text of its own and records into a
family of its own. *child* is what \`labels(a, b, c)\` of a rival returned, kept; *kept* an attributes object, kept.

Time includes the loop and the reading of the sequence. What these cost by themselves stands below each size: a *slot
add* (\`slots[id] += value\`, the least that counting can be) and an *empty method* that the compiler cannot inline.

Bytes a call are the growth of the used heap over 10,000 calls, with a young generation so large that nothing is
collected meanwhile; less than half a byte is the measurement's own. The values are numbers that lie on the heap already,
so that the figure is what the call itself allocates. A double that was just computed is put on the heap (16 bytes) by
V8 whenever it is given to a function that is not inlined, whatever that function does: the last rows show it for
\`handle.observe\` and for a method that is empty. \`observe({…}, v)\` shows the label object, which is the caller's.`,
  },
  memory: {
    title: 'Memory of a label set, and making one',
    text: `One histogram, 100,000 label sets, each made by its first observation in the form \`observe({…}, v)\` (OpenTelemetry:
\`record(v, {…})\`). Each measurement has a process of its own; the contenders' processes take turns. 3,000 sets and a
scrape in another registry come first, so that compiled code is not counted. Then the label strings are made, joined, and
kept alive to the end, so that they are counted for nobody, whether a client keeps these or copies of its own. Between
the two readings lie the making of the sets and one scrape (prom-client keeps the printed labels from then on); before
each reading the heap is collected four times.

Counted are \`heapUsed\` + \`external\` + the bytes in SharedArrayBuffers, where promptheus keeps its numbers and label
texts. No statistic shows the last: on Node 24 \`external\` leaves them out and \`arrayBuffers\` mixes them with the
ordinary ones, which \`external\` has already. So every one that is made is noted until it is collected, and added
unless a probe shows that \`external\` counts it. Resident bytes stand beside it as a check, and are less exact: what
was free in the process before is used again, and a page of a buffer that was never written to is not resident.

Time is that of the loop which makes the sets, divided by their number, in the same processes.`,
  },
  scrape: {
    title: 'A scrape',
    text: `Ten histograms; a *series* here is one label set, which is fourteen lines of the exposition, so 100,000 series are 1.4
million lines. Series have 1 to 1,000 observations (1 to 100 at 500,000, and for memory), each number of digits as often; a tenth
of them move between two scrapes, and the heap is collected before each.

**CPU** is that of the process over the scrape: all threads, and the main one. The system counts it in steps of
milliseconds, so a sample is 30 scrapes at 1,000 series and 3 at 10,000. The rivals' is \`registry.metrics()\`
(OpenTelemetry: its exporter's request handler), which gives a string that is neither encoded nor compressed; ours gives
the bytes of the body, and with gzip the compressed ones.

**Longest block** is the longest time between two turns of the event loop during a scrape of its own, by a
chain of \`setImmediate\`; the same chain over 50 ms without a scrape stands beside it as the noise of the machine.

**Peak memory** is by how much resident memory rose at most during the first scrape of a process of its own: VmHWM, reset
after the collections before it. It holds the whole answer; \`scrapeTo\` writes to a stream that takes each piece a turn
later, and holds none. A small registry is scraped before, so that code is not counted.

At 500,000 series (7 million lines, some 600 MB) no rival ends with an exposition, since it would be one string, and
V8's longest is 512 MB: \`Invalid string length\`. They are given one scrape each there.`,
  },
  http: {
    title: 'HTTP middleware',
    text: `**Function alone**: real \`IncomingMessage\` and \`ServerResponse\` objects with Express's prototypes, made before the
clock starts. The middleware is called, its \`next\` ends the response, \`finish\` and \`close\` are emitted in a server's
order; a sink stands for the socket, so there is no network and no router. The floor, the same with an empty middleware,
is taken off, and the rest given as a part of express-prom-bundle's (\`includeMethod\`, \`includePath\`, the same
buckets). *Metrics only* is the recorder of \`promptheus/adapter\`, driven as an adapter drives it: duration, headers'
duration, bytes both ways, requests in flight. *expressMetrics* is the middleware as it ships, with context, a minted
correlation id and its header, the route's pattern given by \`http.endpoint\`. A disabled instance is compared with the
empty middleware; its target is what the empty middleware differs from a second one by, in the same run.

**Live**: a server on the first core, asked over 32 connections by a small client on the second; CPU of the server's
process by the requests that it answered. Each server collects its garbage before it is ready: V8 then forgets a shape that
\`process.nextTick\` was compiled for, which costs a service of any size two microseconds a request from there on, and a
bare one, which has loaded too little to collect anything, does not pay by itself. Taken off is the same server without middleware, and the rest again given as a
part of express-prom-bundle's. On node:http the recorder is put around the handler as the Express adapter does it. Express itself costs many times what is measured, so its rows only inform.
prometheus-api-metrics and swagger-stats need Express, and stand only there. On Express \`expressMetrics\` follows the
routing too.`,
  },
  frameworks: {
    title: 'Frameworks',
    text: `The same ten routes in each framework, bare, with the adapter of promptheus and with its best-known peer, as the documentation of each
sets it up: @promster/express 14 (its duration only), fastify-metrics 14 (its histogram only, on @platformatic/prom-client), prometheus-api-metrics 4 on
Koa, @hono/prometheus 1, and for Nest an interceptor with prom-client as articles show it. Servers and load as above; CPU of the server's
process by the requests that it answered, less the bare framework's. The peers record one to three families of a request; promptheus records seven, gives the
request a context and answers with a correlation id.`,
  },
  'model-calls': {
    title: 'A call of a model',
    text: `OpenAI's client 6.49 as it is, instrumented by promptheus (with a price function), by @traceloop/instrumentation-openai
0.27 and by OpenLIT 1.15 (both with a real span SDK that drops its spans, and without content), each in a process of its
own that measures when its turn comes. The client's \`fetch\` answers from memory, so that no socket blurs what is
added. A streamed answer has 200 pieces and the usage at its end. Each contender has to have recorded every call that it
was measured with.

*Over bare* is what instrumenting adds to the bare client's own time; the first rows give ours as a part of a rival's.
Bytes are the growth of the used heap while streams are read, with a young generation so large that nothing is collected
meanwhile.`,
  },
  events: {
    title: 'Events',
    text: `Each contender stores the same events as JSON lines in a file, in a process of its own that measures when its turn comes, 500 events a
turn of the event loop: \`events.record\` of promptheus with its JSONL sink, an array whose thousand objects are written as one batch of
JSON, pino 10 with its asynchronous destination, OpenTelemetry's BatchLogRecordProcessor 0.223 with an exporter that writes
JSON lines, and one \`appendFile\` an event. **Main thread** is that thread's CPU from the first event until all are stored,
by the event, the making of its object included; what threads do besides is not in it, since the requests do not wait for it.
**Events a second** are those that were stored, of as many as could be handed in for half a second, by the time until the
last was stored. **Lost** are those that were not stored of three seconds at a steady rate.`,
  },
  responses: {
    title: 'A response and a slow store',
    text: `A service on node:http with eight connections works 20 ms on each request and has its record stored in something that takes 50 ms: the
answer waits for it, or \`events.record\` hands it to a sink that takes as long. All records have to be there in the end.`,
  },
};

export const NOT_MEASURED = `## What is not measured

A machine with more than two cores, or another processor; other major versions of Node; exemplars; a server whose code is
cold; rivals' answers encoded and compressed, which costs them more than is shown; scrapes over a network. HTTP numbers of
OpenTelemetry's instrumentations, which do more than measure.`;
