import { expect, it } from 'vitest';
import { createPromptheus, PromptheusError } from '../../src/index.js';

it('S3.15: the metrics server takes port 8090 when none is named', async () => {
  const instance = createPromptheus({ default: false, registry: false, logger: false });
  // Something else on the machine may have the port; then the refusal has to name it.
  const answer = await instance.startMetricsServer().then(
    (server) => String(server.port),
    (error: unknown) => (PromptheusError.is(error) && error.code === 'PORT_IN_USE' ? error.message : 'another error'),
  );
  expect(answer).toMatch(/\b8090\b/);
  await instance.stop();
});
