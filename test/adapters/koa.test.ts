import { httpAdapterContract } from '../contract/http-adapter.contract.js';
import { routeCases } from '../contract/http-routes.contract.js';
import { koaHarness } from './koa-app.js';
import { onEveryRouter } from './koa-rows.js';

onEveryRouter((row, Router) => (row.isFull ? httpAdapterContract : routeCases)(koaHarness(row, Router)));
