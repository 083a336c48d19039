// The web service. `app.use(expressMetrics(…))` measures every route and answers GET /metrics.
import express from 'express';
import { trackSession } from 'promptheus';
import { expressMetrics } from 'promptheus/express';
import { AnswerCache } from './answer-cache.mjs';

export function createApp({ documents, assistant }) {
  const app = express();
  const answers = new AnswerCache();

  app.use(expressMetrics({ tenant: { from: (req) => req.get('X-Company-ID') } }));
  app.use(express.json());

  // Opens a ticket: who is it, what is it about, and what do we know of it?
  app.post('/init', async (req, res) => {
    const { sessionId, ticketId } = req.body;
    const ticket = await documents.findTicket(ticketId);
    if (ticket === undefined) return res.status(404).json({ error: `There is no ticket ${ticketId}.` });
    trackSession.start(sessionId);
    const [summary, similar] = await Promise.all([
      assistant.summarize(ticket.text, leaving(res)),
      documents.search({ question: ticket.text }),
    ]);
    res.json({ summary, similar: similar.map(({ text }) => text) });
  });

  // Answers a question from the articles; the same question is not paid for twice.
  app.post('/query', async (req, res) => {
    const { sessionId, question } = req.body;
    trackSession.turn(sessionId);
    const answer = await answers.get(question, async () => {
      const articles = await documents.search({ question, limit: 3 });
      return assistant.answer(question, articles.map(({ text }) => text).join('\n'), leaving(res));
    });
    res.json({ answer });
  });

  // Writes to the customer, piece by piece. When the client leaves, the model is stopped too.
  app.post('/reply', async (req, res) => {
    const { sessionId, text } = req.body;
    trackSession.turn(sessionId);
    res.type('text/plain');
    for await (const piece of assistant.reply(text, leaving(res))) res.write(piece);
    res.end();
  });

  app.delete('/sessions/:sessionId', (req, res) => {
    trackSession.end(req.params.sessionId);
    res.sendStatus(204);
  });

  app.use((error, _req, res, next) => {
    if (res.headersSent) return next(error);
    res.status(error.status === 503 ? 503 : 500).json({ error: error.message });
  });
  return app;
}

/** A signal that fires when the client goes away before the response is complete. */
function leaving(res) {
  const controller = new AbortController();
  res.once('close', () => {
    if (!res.writableFinished) controller.abort();
  });
  return controller.signal;
}
