import { httpAdapterContract } from '../contract/http-adapter.contract.js';
import { fastifyHarness } from './fastify-app.js';

httpAdapterContract(fastifyHarness);
