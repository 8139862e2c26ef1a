import pLimit from 'p-limit';

/** Does one work at a time, in the order of the calls. */
export type InTurn = <Result>(work: () => Promise<Result>) => Promise<Result>;

export function inTurn(): InTurn {
  const limit = pLimit(1);
  return (work) => limit(work);
}
