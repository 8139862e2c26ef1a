import pLimit from 'p-limit';

/**
 * Runs `work` for every item, at most `atOnce` at a time. Waits for all items before it throws the
 * first error, so that no work continues after the caller's step has ended.
 */
export async function inParallel<Item, Result>(
  items: readonly Item[],
  atOnce: number,
  work: (item: Item) => Promise<Result>,
): Promise<readonly Result[]> {
  const limit = pLimit(atOnce);
  const settled = await Promise.allSettled(items.map((item) => limit(() => work(item))));
  return settled.map((one) => {
    if (one.status === 'rejected') throw one.reason;
    return one.value;
  });
}
