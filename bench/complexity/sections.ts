import { OPEN_SETS } from './answered-prompts.js';
import { discriminationSection } from './discrimination.js';
import { routerSection } from './router.js';
import type { Section } from './section.js';
import { speedSection } from './speed.js';

export const SECTION_NAMES = ['router', 'auc', 'speed'] as const;
export type SectionName = (typeof SECTION_NAMES)[number];

export const SECTIONS: Readonly<Record<SectionName, Section>> = {
  router: { needs: OPEN_SETS, run: routerSection },
  auc: { needs: OPEN_SETS, run: discriminationSection },
  speed: { needs: [], run: speedSection },
};

export const isSection = (name: string): name is SectionName =>
  (SECTION_NAMES as readonly string[]).includes(name);
