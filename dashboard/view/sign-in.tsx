import { useEffect, useRef, useState } from 'preact/hooks';

interface Props {
  /** Why the key before was refused. */
  readonly refusal: string | undefined;
  readonly onKey: (key: string) => void;
}

const COMMAND = `az functionapp keys list \\
  --name APP --resource-group GROUP \\
  --query functionKeys.default --output tsv`;

/** Asks for the function key. */
export function SignIn({ refusal, onKey }: Props) {
  const [key, setKey] = useState('');
  const field = useRef<HTMLInputElement>(null);
  useEffect(() => field.current?.focus(), []);
  const submit = (event: Event) => {
    event.preventDefault();
    if (isKey(key)) onKey(key.trim());
  };
  const fault = key !== '' && !isKey(key) ? 'A function key has no spaces or accents.' : refusal;
  return (
    <main class="sign-in">
      <form class="card" onSubmit={submit}>
        <p class="brand">Patchwright</p>
        <h1>Sign in</h1>
        <label for="key">Function key</label>
        <input
          id="key"
          ref={field}
          type="password"
          autocomplete="off"
          spellcheck={false}
          required
          value={key}
          aria-describedby="key-about key-fault"
          aria-invalid={fault !== undefined}
          onInput={(event) => setKey(event.currentTarget.value)}
        />
        <p id="key-fault" class="fault" role="alert">
          {fault}
        </p>
        <button type="submit" class="primary">
          Sign in
        </button>
        <div id="key-about" class="quiet">
          <p>The page keeps the key in memory only. To read it:</p>
          <pre>{COMMAND}</pre>
        </div>
      </form>
    </main>
  );
}

/** A header takes visible ASCII only. */
function isKey(text: string): boolean {
  return /^[!-~]+$/.test(text.trim());
}
