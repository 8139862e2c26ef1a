import { type ComponentChildren, createContext } from 'preact';
import { useContext } from 'preact/hooks';

/** False for an account that may only read. */
export const CanAct = createContext(true);

interface Props {
  readonly children: ComponentChildren;
  readonly onClick: () => void;
  readonly primary?: boolean;
  readonly disabled?: boolean;
  /** Its name, if its text alone does not say what it is for. */
  readonly label?: string;
}

const WHY_NOT = 'Your account may only read.';

/** A button that changes something: disabled, with the reason, for who may only read. */
export function ActionButton({ children, onClick, primary, disabled = false, label }: Props) {
  const canAct = useContext(CanAct);
  return (
    <button
      type="button"
      class={primary === true ? 'primary' : undefined}
      disabled={disabled || !canAct}
      title={canAct ? undefined : WHY_NOT}
      aria-label={label}
      onClick={onClick}
    >
      {children}
    </button>
  );
}
