import { describeAiClient } from '../contract/ai-client.contract.js';
import { chatRow, onEveryOpenAI } from './openai-rows.js';

onEveryOpenAI((name, sdk) => {
  describeAiClient(chatRow(name, sdk));
});
