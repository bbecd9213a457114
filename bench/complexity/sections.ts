import { OPEN_SETS } from './answered-prompts.js';
import { costSection } from './cost.js';
import { discriminationSection } from './discrimination.js';
import { routerSection } from './router.js';
import type { Section } from './section.js';
import { speedSection } from './speed.js';
import { tokensSection } from './tokens.js';

export const SECTION_NAMES = ['router', 'auc', 'speed', 'tokens', 'cost'] as const;
export type SectionName = (typeof SECTION_NAMES)[number];

export const SECTIONS: Readonly<Record<SectionName, Section>> = {
  router: { needs: OPEN_SETS, run: routerSection },
  auc: { needs: OPEN_SETS, run: discriminationSection },
  speed: { needs: [], run: speedSection },
  tokens: { needs: [], run: tokensSection },
  cost: { needs: ['paretobandit', 'routerbench'], run: costSection },
};

export const isSection = (name: string): name is SectionName =>
  (SECTION_NAMES as readonly string[]).includes(name);
