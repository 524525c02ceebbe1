/** @file Linear algebra of moderate size (up to some 500 rows), in TypeScript inside of compiled functions, with derivatives. */

export { cholesky } from "./cholesky.ts";
export { determinant, inverse, logDeterminant, solve } from "./solve.ts";
export { svd } from "./svd.ts";
export { symmetricEigen } from "./symmetric-eigen.ts";
export { solveTriangular, type TriangularOptions } from "./triangular.ts";
