/** Returns the text from a heading to the next one of its level or above. Throws if it is missing. */
export function sectionOf(guide: string, heading: string): string {
  const start = guide.indexOf(`\n${heading}\n`);
  if (start < 0) throw new Error(`there is no ${heading}`);
  const rest = guide.slice(start + heading.length + 2);
  const level = heading.indexOf(' ');
  const end = rest.search(new RegExp(`^#{1,${level}} `, 'm'));
  return end < 0 ? rest : rest.slice(0, end);
}

/** Returns the commands of each code block. */
export function blocksOf(guide: string): readonly string[] {
  const blocks = guide.matchAll(/^ *```\w*\n([\s\S]*?)^ *```/gm);
  return [...blocks].map(([, block = '']) => block);
}
