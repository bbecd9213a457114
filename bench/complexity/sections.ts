import type { Section } from './section.js';
import { speedSection } from './speed.js';

export const SECTION_NAMES = ['speed'] as const;
export type SectionName = (typeof SECTION_NAMES)[number];

export const SECTIONS: Readonly<Record<SectionName, Section>> = {
  speed: { needs: [], run: speedSection },
};

export const isSection = (name: string): name is SectionName =>
  (SECTION_NAMES as readonly string[]).includes(name);
