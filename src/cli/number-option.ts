import { InvalidArgumentError } from 'commander';

/** A finite number above 0. @throws InvalidArgumentError. */
export function positiveNumber(text: string): number {
  const value = Number(text);
  if (!(value > 0 && value < Infinity)) throw new InvalidArgumentError('write a number above 0.');
  return value;
}
