import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { decisionCases } from './core/decision-cases.js';
import { chooseCase, updateCase } from './core/linear-cases.js';
import { measure } from './core/measure.js';
import { coreFigures, coreTable } from './core/report.js';
import { projectRoot } from './quality/project-root.js';

/** ParetoBandit's latency table: one route and one update with 3 arms and 26 coordinates. */
const PUBLISHED_ROUTE_US = 22.5;
const PUBLISHED_UPDATE_US = 20.4;

const cases = [
  chooseCase(
    { arms: 3, coordinates: 26 },
    {
      key: 'choose_k3_d26_us',
      title: 'score and choose, K = 3, d = 26',
      targetUs: 8,
      publishedUs: PUBLISHED_ROUTE_US,
    },
  ),
  updateCase(26, {
    key: 'update_d26_us',
    title: 'update, d = 26',
    targetUs: 8,
    publishedUs: PUBLISHED_UPDATE_US,
  }),
  chooseCase(
    { arms: 20, coordinates: 64 },
    { key: 'choose_k20_d64_us', title: 'score and choose, K = 20, d = 64', targetUs: 120 },
  ),
  updateCase(64, { key: 'update_d64_us', title: 'update, d = 64' }),
  ...(await decisionCases()),
];

const timings = measure(cases);
process.stdout.write(`${coreTable(cases, timings)}\n`);
const out = join(projectRoot(), 'bench/out');
mkdirSync(out, { recursive: true });
writeFileSync(join(out, 'core.json'), `${JSON.stringify(coreFigures(cases, timings), null, 2)}\n`);
