import type { CanaryEvidence, Evidence } from '../../src/core/promotion/evidence.js';
import { begun, type PromotionGate, type PromotionState } from '../../src/core/promotion/promotion-state.js';
import { DEFAULT_PROMOTION } from '../../src/core/promotion/settings.js';

export const BASE = 'b'.repeat(64);
export const CANDIDATE = 'c'.repeat(64);
export const ANN = { name: 'ann', tenant: 'acme', roles: ['admin'] };

export const newPromotion = (changes: Partial<PromotionState> = {}): PromotionState => ({
  ...begun({
    number: 1,
    candidateVersion: CANDIDATE,
    baseVersion: BASE,
    settings: DEFAULT_PROMOTION,
    isRehearsal: false,
    startedBy: ANN,
    reason: '',
    startTimeMs: 0,
  }),
  ...changes,
});

export const calmCanary: CanaryEvidence = {
  units: { control: 200, candidate: 200 },
  metrics: [
    {
      metric: 'quality',
      worseBy: 0.05,
      relative: false,
      controlMean: 0.8,
      candidateMean: 0.8,
      harm: { low: -0.02, high: 0.02 },
    },
  ],
  sampleRatioAlarm: false,
  sampleRatioPValue: 0.4,
};

/** What each gate is passed with. */
export const GOOD: Readonly<Record<Exclude<PromotionGate, 'full'>, Evidence>> = {
  check: { gate: 'check', faults: [], rules: 3, models: 2 },
  replay: { gate: 'replay', hours: 168, requests: 100, changedShare: 0.2, refused: 0, admitted: 0 },
  evaluation: {
    gate: 'evaluation',
    decisions: 500,
    rewards: [
      {
        name: 'quality',
        rewarded: 500,
        effectiveDecisions: 300,
        objections: [],
        lift: { value: 0.01, interval: { low: -0.01, high: 0.03 }, logged: 0.8 },
      },
    ],
  },
  shadow: {
    gate: 'shadow',
    isLive: true,
    requests: 500,
    refused: 0,
    skipped: 0,
    changedShare: 0.2,
    decideMs: { median: 0.3, p99: 2 },
  },
  canary: { gate: 'canary', ...calmCanary },
};
