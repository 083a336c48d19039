// The smallest measured service: one line, and GET /metrics answers.

import { serve } from '@hono/node-server';
import { Hono } from 'hono';
import { honoMetrics } from 'promptheus/hono';

const app = new Hono();
app.use(honoMetrics());

app.get('/hello/:name', (c) => c.text(`Hello ${c.req.param('name')}!\n`));

serve({ fetch: app.fetch, port: Number(process.env.PORT ?? 3000), hostname: '127.0.0.1' }, ({ port }) => {
  console.log(`try http://127.0.0.1:${port}/hello/you and then http://127.0.0.1:${port}/metrics`);
});
