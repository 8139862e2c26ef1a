import { Name } from './name.tsx';

/** The detail of an outcome, below it. Nothing if there is none. */
export function Detail({ text }: { readonly text: string | null }) {
  if (text === null) return null;
  return (
    <span class="detail">
      <Name text={text} />
    </span>
  );
}
