import { InvalidArgumentError } from 'commander';

/** Reads an option that is a percentage up to 100. @param least `0`, or `above 0` where none makes no sense. */
export const percentOption =
  (least: '0' | 'above 0') =>
  (text: string): number => {
    const value = text.trim() === '' ? NaN : Number(text);
    if (value <= 100 && (value > 0 || (value === 0 && least === '0'))) return value;
    const range = least === '0' ? 'from 0 to 100' : 'above 0 and up to 100';
    throw new InvalidArgumentError(`write a percentage ${range}.`);
  };
