import { ADD_PRODUCTS } from '../../../gen/core/add-products.js';

/** Observations whose products are added at once. */
export const AT_ONCE = 8;

const DOUBLE_BYTES = 8;
const PAGE_BYTES = 65_536;

/** What is used of it: TypeScript has the types of WebAssembly among a browser's alone. */
declare const WebAssembly: {
  readonly Module: new (bytes: Uint8Array) => object;
  readonly Instance: new (module: object) => { readonly exports: unknown };
};

interface Kernel {
  readonly memory: { readonly buffer: ArrayBuffer; grow(pages: number): void };
  /** Places are in bytes. */
  addProducts(triangle: number, xs: number, weights: number, size: number): void;
}

/** The kernel's memory as the last call laid it out: a triangle, eight x and their weights. */
interface Room {
  readonly size: number;
  readonly triangle: Float64Array;
  readonly xs: Float64Array;
  readonly weights: Float64Array;
}

const kernel = new WebAssembly.Instance(new WebAssembly.Module(ADD_PRODUCTS)).exports as Kernel;
let room = roomFor(0);

function roomFor(size: number): Room {
  const { memory } = kernel;
  const products = (size * (size + 1)) / 2;
  const bytes = DOUBLE_BYTES * (products + AT_ONCE * size + AT_ONCE);
  const missing = bytes - memory.buffer.byteLength;
  if (missing > 0) memory.grow(Math.ceil(missing / PAGE_BYTES));
  const triangle = new Float64Array(memory.buffer, 0, products);
  const xs = new Float64Array(memory.buffer, triangle.byteLength, AT_ONCE * size);
  const weights = new Float64Array(memory.buffer, xs.byteOffset + xs.byteLength, AT_ONCE);
  return { size, triangle, xs, weights };
}

/**
 * Adds Σ w·x·xᵀ of eight observations to a lower triangle, row by row, in their order and to the same last bit as one
 * after another.
 *
 * @param triangle size·(size + 1)/2 sums.
 * @param xs one x after another.
 * @param weights 0 where there is no observation.
 */
export function addProducts(
  triangle: Float64Array,
  xs: Float64Array,
  weights: Float64Array,
  size: number,
): void {
  if (room.size !== size) room = roomFor(size);
  room.triangle.set(triangle);
  room.xs.set(xs);
  room.weights.set(weights);
  kernel.addProducts(room.triangle.byteOffset, room.xs.byteOffset, room.weights.byteOffset, size);
  triangle.set(room.triangle);
}
