import { percentOption } from '../percent-option.js';

/** Reads a percentage, with or without its sign, as a share. */
export const shareOption = (text: string): number =>
  percentOption('above 0')(text.trim().replace(/\s*%$/, '')) / 100;
