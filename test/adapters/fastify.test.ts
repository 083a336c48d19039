import { httpAdapterContract } from '../contract/http-adapter.contract.js';
import { fastifyHarness } from './fastify-app.js';
import { onEveryFastify } from './fastify-rows.js';

onEveryFastify((row, fastify) => httpAdapterContract(fastifyHarness(row, fastify)));
