import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { Role } from '../../src/gen/sextant/v1/request.js';
import { startServer } from './built-server.js';
import { metricsOf } from './metrics-text.js';
import { connect } from './clients.js';
import { policyFolder, SOUND } from './policy-folder.js';
import { refusalOf } from './refusal.js';
import { ask, wentWell } from './samples.js';

const MARKER = 'xylophone-zanzibar-7391';

/** Every file under a folder that contains the marker. */
function filesWith(folder: string, marker: string): string[] {
  return readdirSync(folder, { recursive: true })
    .map((name) => join(folder, String(name)))
    .filter((path) => statSync(path).isFile() && readFileSync(path).includes(marker));
}

test('the text of a prompt reaches no log line at any level, no metric and no file', async () => {
  const server = await startServer({ rulesPath: policyFolder(SOUND), settings: { 'log.level': 'trace' } });
  const sextant = connect(server.address);
  const text = `Solve ${MARKER} = 3x + 4. \`\`\`js\nconst ${MARKER.replaceAll('-', '_')} = 1;\n\`\`\` Then translate ${MARKER}.`;
  const chat = {
    content: {
      $case: 'chat' as const,
      value: {
        messages: [
          { role: Role.SYSTEM, text },
          { role: Role.USER, text },
        ],
      },
    },
  };
  for (const request of [
    { ...ask('private', text), explain: true },
    { useCase: 'private', input: chat },
  ]) {
    const { ticket } = await sextant.select(request);
    expect(Buffer.from(ticket).includes(MARKER)).toBe(false);
    await sextant.report({ ticket, attempts: [wentWell()] });
    await sextant.explain({ request });
    await sextant.analyzeComplexity({ input: request.input });
    await sextant.estimateCost({ input: request.input });
    // Refused requests carry text as well.
    await refusalOf(sextant.select({ ...request, useCase: 'No Name' }));
    await refusalOf(sextant.select({ ...request, requirements: { providers: ['nobody'] } }));
    await refusalOf(sextant.select({ ...request, maxFallbacks: 9 }));
  }
  const tooLong = await refusalOf(sextant.select(ask('private', `${MARKER} `.repeat(9_000))));
  expect(tooLong.message).not.toContain(MARKER);
  const metrics = await metricsOf(server);
  sextant.close();
  expect(await server.stop()).toBe(0);

  expect(metrics).not.toContain(MARKER);
  expect(JSON.stringify(server.logs)).not.toContain(MARKER);
  expect(server.stderr).not.toContain(MARKER);
  expect(filesWith(server.storePath, MARKER)).toEqual([]);
  expect(filesWith(server.storePath, MARKER.replaceAll('-', '_'))).toEqual([]);
  // The decisions themselves were kept, so that the search above searched something.
  expect(filesWith(server.storePath, 'private')).not.toEqual([]);
});
