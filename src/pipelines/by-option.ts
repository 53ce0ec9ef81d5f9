/**
 * What a call with options of type `O` results in: `T` where the option `Name` is absent or `Default`, else `U`; either
 * where the type of the options leaves that open.
 */
export type ByOption<O, Name extends PropertyKey, Default, T, U> = Name extends keyof O
  ? [O[Name]] extends [Default | undefined]
    ? T
    : Default extends O[Name]
      ? T | U
      : undefined extends O[Name]
        ? T | U
        : U
  : T;

/** The best one for `top_k` of 1, which is the default, else a list. */
export type OneOrSeveral<T, O> = ByOption<O, 'top_k', 1, T, T[]>;
