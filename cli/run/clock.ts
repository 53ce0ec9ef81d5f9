/** Adds up the seconds of the parts of a run. */
export interface Clock {
  seconds: { engine: number; tokenize: number; evaluate: number; save: number };
  measure<T>(part: keyof Clock['seconds'], work: () => Promise<T>): Promise<T>;
}

export function createClock(): Clock {
  const seconds = { engine: 0, tokenize: 0, evaluate: 0, save: 0 };
  return {
    seconds,
    async measure(part, work) {
      const began = performance.now();
      try {
        return await work();
      } finally {
        seconds[part] += (performance.now() - began) / 1000;
      }
    },
  };
}
