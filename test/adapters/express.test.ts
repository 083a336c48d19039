import { httpAdapterContract } from '../contract/http-adapter.contract.js';
import { expressHarness } from './express-app.js';
import { onEveryExpress } from './express-rows.js';

onEveryExpress(({ name, catchesRejections }, from) =>
  httpAdapterContract(expressHarness(name, from, catchesRejections)),
);
