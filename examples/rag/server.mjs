// Answers questions from what it finds in a vector store. Nothing leaves the machine; it ends by itself.
//
//   npm run build && npm exec -- node examples/rag/server.mjs
import { once } from 'node:events';
import express from 'express';
import OpenAI from 'openai';
import { promptheus } from 'promptheus';
import { expressMetrics } from 'promptheus/express';
import { instrumentOpenAI } from 'promptheus/openai';
import { openKnowledge } from './knowledge.mjs';
import { ARTICLES, QUESTIONS, startModelServer } from './model-server.mjs';

const model = await startModelServer();

// The one line that measures OpenAI: chat, streams, embeddings.
const openai = instrumentOpenAI(new OpenAI({ baseURL: `${model.url}/v1`, apiKey: 'not-needed-here' }));

const knowledge = await openKnowledge(
  openai,
  ARTICLES.map(({ text }) => text),
);

const app = express();
app.use(expressMetrics());
app.get('/answer', async (request, response) => {
  const question = String(request.query.question);
  const found = await knowledge.nearest(question);
  const articles = found.map(({ text }) => text).join('\n');
  const answer = await openai.chat.completions.create({
    model: 'gpt-4o-mini',
    messages: [
      { role: 'system', content: `Answer from these articles:\n${articles}` },
      { role: 'user', content: question },
    ],
  });
  response.type('text').send(answer.choices[0].message.content);
});

const server = app.listen(Number(process.env.PORT ?? 0), '127.0.0.1');
await once(server, 'listening');
const url = `http://127.0.0.1:${server.address().port}`;

for (const { text } of QUESTIONS) {
  const answer = await fetch(`${url}/answer?question=${encodeURIComponent(text)}`);
  console.log(`${text} ${await answer.text()}`);
}

const scrape = await (await fetch(`${url}/metrics`)).text();
const TOLD =
  /^(llm_(requests|token_usage)|vector_(searches|writes))_total\{|^(embedding_batch_size|vector_search_top_score)_(count|sum)\{/;
console.log(
  `\n${scrape
    .split('\n')
    .filter((line) => TOLD.test(line))
    .join('\n')}`,
);

server.close();
server.closeAllConnections();
await promptheus().stop();
await model.stop();
await knowledge.close();
// The vector store keeps threads of its own.
process.exit();
