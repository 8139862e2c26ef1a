/** One stage of a Dockerfile: its base and its instructions, with continued lines joined. */
export interface Stage {
  readonly name: string;
  readonly base: string;
  readonly lines: readonly string[];
}

export function stagesOf(text: string): readonly Stage[] {
  const joined = text.replaceAll(/^#.*\n/gm, '').replaceAll(/\\\n\s*/g, '');
  const parts = joined.split(/^FROM /m).slice(1);
  return parts.map((part) => {
    const [head = '', ...lines] = part.split('\n').filter((line) => line.trim() !== '');
    const [base = '', , name = ''] = head.trim().split(/\s+/);
    return { name, base, lines };
  });
}

/** Returns the lines of a stage and of its base stages. */
export function linesOf(stages: readonly Stage[], name: string): readonly string[] {
  const stage = stages.find((one) => one.name === name);
  return stage === undefined ? [] : [...linesOf(stages, stage.base), ...stage.lines];
}
