import type { BenchContext } from '../measure.js';
import { baselinesSection } from './baselines.js';
import { budgetsSection } from './budgets.js';
import { familiesSection } from './families.js';
import { permutedSection } from './permuted.js';
import { llmrouterSection, routerbenchSection } from './plain-rewards.js';
import { shiftsSection } from './shifts.js';

export const SECTION_NAMES = [
  'budgets',
  'llmrouter',
  'routerbench',
  'permuted',
  'shifts',
  'baselines',
  'families',
] as const;
export type SectionName = (typeof SECTION_NAMES)[number];

/** A part of the benchmark, and the set without which it has nothing to say. */
export interface Section {
  readonly needs: string;
  readonly run: (context: BenchContext) => Promise<void>;
}

export const SECTIONS: Readonly<Record<SectionName, Section>> = {
  budgets: { needs: 'paretobandit', run: budgetsSection },
  llmrouter: { needs: 'llmrouter', run: llmrouterSection },
  routerbench: { needs: 'routerbench', run: routerbenchSection },
  permuted: { needs: 'paretobandit', run: permutedSection },
  shifts: { needs: 'paretobandit', run: shiftsSection },
  baselines: { needs: 'paretobandit', run: baselinesSection },
  families: { needs: 'paretobandit', run: familiesSection },
};

export const isSection = (name: string): name is SectionName =>
  (SECTION_NAMES as readonly string[]).includes(name);
