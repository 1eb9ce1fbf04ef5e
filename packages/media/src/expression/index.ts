// The face of `expression` towards packages that make films: how a face acts besides its mouth.
export { Expression, type ExpressionPose } from './expression.ts';
