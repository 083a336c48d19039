import { describeAiClient } from '../contract/ai-client.contract.js';
import { responsesRow } from './openai-responses-row.js';
import { chatRow, onEveryOpenAI } from './openai-rows.js';

onEveryOpenAI((name, sdk) => {
  describeAiClient(chatRow(name, sdk));
  describeAiClient(responsesRow(name, sdk, 'responses'));
  if (name !== 'openai 5') describeAiClient(responsesRow(name, sdk, 'beta.responses'));
});
