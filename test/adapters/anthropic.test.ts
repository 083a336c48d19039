import { describeAiClient } from '../contract/ai-client.contract.js';
import { anthropicRow, onEveryAnthropic } from './anthropic-rows.js';

onEveryAnthropic((sdk, major) => {
  describeAiClient(anthropicRow(`anthropic ${major}, messages`, sdk, (client) => client.messages));
  describeAiClient(anthropicRow(`anthropic ${major}, beta.messages`, sdk, (client) => client.beta.messages));
});
