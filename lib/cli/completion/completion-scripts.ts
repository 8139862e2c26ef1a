/** Everything that can be completed. Names have no characters that a shell interprets. */
export type Words = readonly {
  readonly name: string;
  readonly summary: string;
  readonly options: readonly {
    readonly name: string;
    readonly about: string;
    readonly choices: readonly string[];
  }[];
}[];

/** The words after a command line that begins so: `` for the program, `runs` for its group. */
function nextWords(words: Words): ReadonlyMap<string, readonly string[]> {
  const next = new Map<string, Set<string>>([['', new Set()]]);
  for (const { name, options } of words) {
    const [first = '', second] = name.split(' ');
    next.get('')?.add(first);
    if (second !== undefined) next.set(first, (next.get(first) ?? new Set()).add(second));
    next.set(name, new Set(options.map((option) => `--${option.name}`)));
  }
  return new Map([...next].map(([before, after]) => [before, [...after]]));
}

export function bashCompletion(words: Words): string {
  const cases = [...nextWords(words)].map(
    ([before, after]) => `    '${before}') words='${after.join(' ')}' ;;`,
  );
  return `# bash completion of patchwright
_patchwright() {
  local current=\${COMP_WORDS[COMP_CWORD]} before='' word words=''
  for word in "\${COMP_WORDS[@]:1:COMP_CWORD-1}"; do
    case $word in -*) break ;; esac
    case " $(_patchwright_names) " in *" \${before:+$before+}$word "*) before="\${before:+$before }$word" ;; *) break ;; esac
  done
  case $before in
${cases.join('\n')}
  esac
  COMPREPLY=($(compgen -W "$words" -- "$current"))
}
_patchwright_names() {
  printf '%s' '${[...nextWords(words).keys()].map((name) => name.replace(' ', '+')).join(' ')}'
}
complete -o default -F _patchwright patchwright
`;
}

export function zshCompletion(words: Words): string {
  return `#compdef patchwright
autoload -U +X bashcompinit && bashcompinit
${bashCompletion(words)}`;
}

export function fishCompletion(words: Words): string {
  const lines = words.flatMap(({ name, summary, options }) => {
    const [first = '', second] = name.split(' ');
    const seen =
      second === undefined ? first : `${first}; and __fish_seen_subcommand_from ${second}`;
    const own =
      second === undefined
        ? line('__fish_use_subcommand', `-a ${first}`, summary)
        : line(`__fish_seen_subcommand_from ${first}`, `-a ${second}`, summary);
    return [
      own,
      ...options.map((option) => {
        const values = option.choices.length === 0 ? '' : ` -x -a '${option.choices.join(' ')}'`;
        const flag = `-l ${option.name}${values}`;
        return line(`__fish_seen_subcommand_from ${seen}`, flag, option.about);
      }),
    ];
  });
  const groups = [...new Set(words.map(({ name }) => name.split(' ')))].filter(
    ([, second]) => second !== undefined,
  );
  const commands = new Set(words.map(({ name }) => name));
  const names = [...new Set(groups.map(([first = '']) => first))].filter(
    (name) => !commands.has(name),
  );
  const grouped = names.map((name) => line('__fish_use_subcommand', `-a ${name}`, name));
  return `# fish completion of patchwright
complete -c patchwright -f
${[...grouped, ...lines].join('\n')}
`;
}

function line(condition: string, what: string, about: string): string {
  return `complete -c patchwright -n '${condition}' ${what} -d '${about.replaceAll("'", '’')}'`;
}
