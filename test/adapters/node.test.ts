import { httpAdapterContract } from '../contract/http-adapter.contract.js';
import { nodeHttp, nodeHttp2 } from './node-app.js';

httpAdapterContract(nodeHttp);
httpAdapterContract(nodeHttp2);
