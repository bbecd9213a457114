import { contextLayoutOf } from '../../src/core/selection/policy.js';
import { describeFault } from '../../src/core/fault.js';
import type { DecisionId, TenantId, UseCase } from '../../src/core/ids.js';
import { LearningState } from '../../src/core/learning/learning-state.js';
import { normalizeAttempt } from '../../src/core/outcome/normalize.js';
import { ANY_MODEL } from '../../src/core/registry/capabilities.js';
import type { ArmId } from '../../src/core/registry/model.js';
import { buildRegistry } from '../../src/core/registry/registry.js';
import { deliberate, draw, type Decision } from '../../src/core/selection/decide.js';
import type { Policy } from '../../src/core/selection/policy.js';
import type { Question } from '../../src/core/selection/question.js';
import { decisionSnapshot, type DecisionSnapshot } from '../../src/core/selection/snapshot.js';
import { ticketOf } from '../../src/core/selection/ticket-of.js';
import { sealTicket } from '../../src/runtime/ticket-codec.js';
import { ephemeralTicketKeys } from '../../src/runtime/ticket-keys.js';
import type { BenchCase } from './measure.js';
import { shippedPolicy } from './shipped-policy.js';

const NOW_MS = 1_770_000_000_000;
const MAX_FALLBACKS = 2;
const TAUGHT = 600;
const ISSUE = {
  decisionId: '01900000-0000-7000-8000-000000000001' as DecisionId,
  issueTimeMs: NOW_MS,
  lifeSeconds: 604_800,
};
const TOPICS = ['a tax return', 'the Fourier transform', 'my cat', 'a SQL join', 'this contract', 'tomorrow'];

function questionOf(number: number): Question {
  const topic = TOPICS[number % TOPICS.length]!;
  const text = `Explain ${topic} step by step to a beginner, with two examples and a short summary at the end.
Answer in at most ${100 + (number % 5) * 50} words. Mention what people get wrong about ${topic}, and why.`;
  return {
    tenant: 'acme' as TenantId,
    useCase: 'support-chat' as UseCase,
    input: { messages: [{ role: 'user', text }], modalities: [], toolCount: 0 },
    requirements: ANY_MODEL,
    attributes: {},
    batch: false,
    streaming: false,
    maxFallbacks: MAX_FALLBACKS,
  };
}

/** The policy's first models, each with something learned of it. */
function taughtSnapshot(policy: Policy, models: number): DecisionSnapshot {
  const fileModels = policy.models.slice(0, models);
  const armIds = new Map(fileModels.map(({ id }, i) => [id, (i + 1) as ArmId]));
  const registry = buildRegistry({ fileModels, storedModels: [], armIds });
  if (!registry.ok) throw new Error(registry.faults.map(describeFault).join('\n'));
  const learning = new LearningState(policy.bandit.halfLives, contextLayoutOf(policy));
  const snapshot = decisionSnapshot(policy, registry.value, learning);
  for (let i = 0; i < TAUGHT; i++) teach(snapshot, i);
  return snapshot;
}

/** Takes one decision and folds what its report would say. */
function teach(snapshot: DecisionSnapshot, number: number): void {
  const question = questionOf(number);
  const ticket = ticketOf(decide(snapshot, question, number), question, issueFor(snapshot));
  const report = {
    attempt: 0,
    status: 'success' as const,
    quality: 0.6 + 0.05 * (number % 8),
    qualitySource: 'judge',
    usage: { outputTokens: 200 + 10 * (number % 30) },
    latencyMs: 1_500,
  };
  const { learning } = snapshot;
  for (const outcome of normalizeAttempt(ticket, report, { receiveTimeMs: NOW_MS, digest: () => '' })) {
    learning.fold(outcome, learning.sequence);
  }
}

const issueFor = ({ policy }: DecisionSnapshot) => ({ ...ISSUE, policyVersion: policy.version.slice(0, 16) });

function decide(snapshot: DecisionSnapshot, question: Question, number: number): Decision {
  const considered = deliberate(snapshot, question, { nowMs: NOW_MS, explain: false });
  return draw(considered, BigInt(number), question.maxFallbacks);
}

/** Whole decisions on the shipped policy: from a text to a choice, and on to a signed ticket. */
export async function decisionCases(): Promise<BenchCase[]> {
  const policy = await shippedPolicy();
  const questions = TOPICS.map((_, i) => questionOf(i));
  const keys = ephemeralTicketKeys();
  return [4, policy.models.length].flatMap((models): BenchCase[] => {
    const snapshot = taughtSnapshot(policy, models);
    const issue = issueFor(snapshot);
    const asked = (round: number): Question => questions[round % questions.length]!;
    return [
      {
        key: `decide_${models}_models_us`,
        title: `deliberate and draw, shipped policy, ${models} models`,
        run: (round) => decide(snapshot, asked(round), round).chain.length,
      },
      {
        key: `select_${models}_models_us`,
        title: `the same and a sealed ticket, ${models} models`,
        run: (round) => {
          const question = asked(round);
          const decision = decide(snapshot, question, round);
          return sealTicket(ticketOf(decision, question, issue), keys).length;
        },
      },
    ];
  });
}
