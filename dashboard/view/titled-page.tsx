import type { ComponentChildren } from 'preact';
import { useLayoutEffect, useRef } from 'preact/hooks';
import { Name } from './name.tsx';

interface Props {
  /** Another subject is another page: the view starts at its top again. */
  readonly subject: string;
  readonly title: string;
  readonly children: ComponentChildren;
}

/** A page about one thing, with the way back. A screen reader starts at its heading, before a key is pressed. */
export function TitledPage({ subject, title, children }: Props) {
  const heading = useRef<HTMLHeadingElement>(null);
  useLayoutEffect(() => {
    scrollTo(0, 0);
    heading.current?.focus();
  }, [subject]);
  return (
    <article class="image-page">
      <nav aria-label="Back">
        <a href="#/">← All images</a>
      </nav>
      <h1 ref={heading} tabIndex={-1}>
        <Name text={title} />
      </h1>
      {children}
    </article>
  );
}
