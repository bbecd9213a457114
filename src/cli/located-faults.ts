import { FaultLocator, type Position } from '../config/locate-fault.js';
import type { PolicyFolder } from '../config/policy-files.js';
import { describeFault, type Fault } from '../core/fault.js';

/** A fault with its line and column, where its file could be read. */
export type LocatedFault = Fault & Partial<Position>;

/** Finds lines in the files of a folder, each parsed when first asked for. */
export class PolicyLocator {
  private readonly locators = new Map<string, FaultLocator | undefined>();

  constructor(private readonly folder: PolicyFolder) {}

  position(file: string, path: string): Position | undefined {
    if (!this.locators.has(file)) {
      const source = this.folder.files.find((candidate) => candidate.file === file);
      this.locators.set(file, source && new FaultLocator(source.text));
    }
    return this.locators.get(file)?.locate(path);
  }

  locate<F extends Fault>(fault: F): F & Partial<Position> {
    // A file that could not be parsed says itself where.
    return fault.file === undefined ? fault : { ...this.position(fault.file, fault.path), ...fault };
  }
}

/** One line as compilers write them: `rules/cost.json:12:7 rules[0].event.type: unknown event …`. */
export function describeLocated(fault: LocatedFault): string {
  const { line, column, file } = fault;
  return describeFault(line === undefined ? fault : { ...fault, file: `${file}:${line}:${column}` });
}
