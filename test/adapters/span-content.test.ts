import { describeSpanContent } from '../contract/span-content.contract.js';
import { aiRow, byChannel, byMiddleware } from './ai-sdk-client.js';
import { onEveryAi } from './ai-sdk-rows.js';
import { anthropicRow, onEveryAnthropic } from './anthropic-rows.js';
import { BEDROCK, converseRow } from './bedrock-row.js';
import { onEveryClient } from './client-rows.js';
import { geminiRow } from './google-genai-row.js';
import { langchainRow, onLangchain } from './langchain-client.js';
import { responsesRow } from './openai-responses-row.js';
import { chatRow, onEveryOpenAI } from './openai-rows.js';

onEveryOpenAI((name, sdk) => {
  describeSpanContent(chatRow(name, sdk));
  describeSpanContent(responsesRow(name, sdk, 'responses'));
});

onEveryAnthropic((sdk, major) => {
  describeSpanContent(anthropicRow(`anthropic ${major}, messages`, sdk, (client) => client.messages));
  describeSpanContent(anthropicRow(`anthropic ${major}, beta.messages`, sdk, (client) => client.beta.messages));
});

const GOOGLE = { name: '@google/genai 3', folder: 'google-genai', alias: 'google-genai-3' };
onEveryClient([GOOGLE], ({ name }, load) => describeSpanContent(geminiRow(name, load())));

onEveryClient(BEDROCK, (_, load) => describeSpanContent(converseRow(load())));

onEveryAi((load, major) => {
  describeSpanContent(aiRow(`ai ${major}, aiSdkMiddleware`, load, major, byMiddleware));
  if (major === 7) describeSpanContent(aiRow('ai 7, instrumentAiSdk', load, major, byChannel));
});

onLangchain((langchain) => {
  describeSpanContent(langchainRow(langchain, 'langchainHandler', { handler: true, client: false }));
  describeSpanContent(langchainRow(langchain, 'langchainHandler over a client', { handler: true, client: true }));
});
