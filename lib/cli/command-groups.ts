const SUMMARIES: Readonly<Record<string, string>> = {
  runs: 'List, show, start, watch and cancel runs.',
  images: 'List and show images.',
  poison: 'List and replay messages that failed at every delivery.',
  webhook: 'Test the webhook.',
};

/** What the commands of a group are about: the first word of their names. */
export function groupSummary(group: string): string {
  return SUMMARIES[group] ?? group;
}
