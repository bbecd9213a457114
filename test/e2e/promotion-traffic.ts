import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { SelectResponse } from '../../src/gen/sextant/v1/selection.js';
import type { Sextant } from './clients.js';
import { CHEAP } from './experiment-entries.js';
import { editJson, newFolder, policyFolder, SOUND, writeRule } from './policy-folder.js';
import { ask, wentWell } from './samples.js';

/** Small enough for a test; what each gate asks is asked all the same. */
export const SMALL = {
  // How quick it is says more of the machine that runs the test.
  shadow: { decisions: 40, maxDecideMs: 60_000 },
  canary: {
    unit: 'attribute:user',
    shares: [0.2, 0.5],
    minimumUnits: 40,
    minimumHours: 0,
    maximumHours: 1,
    guardrails: [
      { metric: 'quality', worseBy: 0.2 },
      { metric: 'success', worseBy: 0.3 },
    ],
  },
};

/** The log would find it out: a margin of everything lets it through to the traffic. */
export const BLIND = { ...SMALL, evaluation: { qualityMargin: 1, successMargin: 1 } };

export function settingsFile(settings: object): string {
  const file = join(newFolder(), 'settings.json');
  writeFileSync(file, JSON.stringify(settings));
  return file;
}

/** A policy that gives each model as many requests, so that its log tells of all. */
export function uniformFolder(): string {
  const folder = policyFolder(SOUND);
  editJson(folder, 'bandit.json', (value) => ({ ...value, policy: 'uniform' }));
  return folder;
}

/** A candidate that decides a little otherwise, and as well. */
export function goodCandidate(poolingStrength = 9): string {
  const folder = policyFolder(SOUND);
  editJson(folder, 'bandit.json', (value) => ({ ...value, poolingStrength }));
  return folder;
}

/** A candidate that sends everything to a model whose answers are poor. */
export function badCandidate(folder = policyFolder(SOUND)): string {
  writeRule(folder, 'cheap-alone', {
    conditions: { all: [{ fact: 'request', path: '$.useCase', operator: 'notEqual', value: 'none' }] },
    event: { type: 'restrict', params: { models: [CHEAP] } },
  });
  return folder;
}

/** As people would judge: the cheap model poorly, the others well. */
const qualityOf = ({ choice }: SelectResponse, i: number): number =>
  (choice!.model === CHEAP ? 0.2 : 0.8) + (i % 5) / 50;

/** Whatever was chosen, people are content. */
export const alike = (_answer: SelectResponse, i: number): number => 0.8 + (i % 5) / 50;

/** Users by their number, so that each is on the same side in every run. */
const asUser = (i: number) => ({ ...ask('chat', `Question ${i}?`), attributes: { user: `user-${i}` } });

/** The log of a test should be one that is evaluated in seconds. */
const PAUSE_MS = 40;

/** Asks and reports, a request after the other, until it is told to stop. */
export class Traffic {
  readonly answers: SelectResponse[] = [];
  private asked = 0;
  private isOver = false;
  private readonly done: Promise<void>;

  constructor(
    private readonly sextant: () => Sextant,
    private readonly quality = qualityOf,
  ) {
    this.done = this.run();
  }

  async stop(): Promise<void> {
    this.isOver = true;
    await this.done;
  }

  private async run(): Promise<void> {
    const lane = async (): Promise<void> => {
      while (!this.isOver) {
        // A server that is killed answers nothing; its clients ask again.
        await this.one().catch(() => undefined);
        await sleep(PAUSE_MS);
      }
    };
    await Promise.all([lane(), lane(), lane(), lane()]);
  }

  private async one(): Promise<void> {
    const answer = await this.sextant().select(asUser(this.asked++));
    const quality = this.quality(answer, this.answers.length);
    this.answers.push(answer);
    await this.sextant().report({ ticket: answer.ticket, attempts: [wentWell({ quality })] });
  }
}

/** So many requests, asked and reported. */
export async function ordinaryDay(sextant: Sextant, requests: number, quality = qualityOf): Promise<void> {
  for (let i = 0; i < requests; i++) {
    const answer = await sextant.select(asUser(i));
    const attempts = [wentWell({ quality: quality(answer, i) })];
    await sextant.report({ ticket: answer.ticket, attempts });
  }
}
