// The smallest measured service: one line, and GET /metrics answers.
import express from 'express';
import { expressMetrics } from 'promptheus/express';

const app = express();
app.use(expressMetrics());

app.get('/hello/:name', (req, res) => res.send(`Hello ${req.params.name}!\n`));

const server = app.listen(Number(process.env.PORT ?? 3000), '127.0.0.1', () => {
  const { port } = server.address();
  console.log(`try http://127.0.0.1:${port}/hello/you and then http://127.0.0.1:${port}/metrics`);
});
